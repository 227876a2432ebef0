// The other side of ByteEcho in Go, on grpc-go alone, without generated code.
//
//	go [tls FOLDER | mtls FOLDER] serve TARGET        serves until standard input ends
//	go [tls FOLDER | mtls FOLDER] call TARGET CHECK   makes calls: kinds SIZE, metadata, limit, deadline, cancel, gzip SIZE,
//	                                                  many N, early or load; prints "passed"
//
// FOLDER has PEM files: server.pem, server.key, client.pem and client.key, each certificate signed by itself.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	_ "google.golang.org/grpc/encoding/gzip"
	"google.golang.org/grpc/metadata"
	"google.golang.org/grpc/status"
)

const (
	service  = "grpcuds.test.ByteEcho"
	repeats  = 3
	callers  = 16
	limit    = 60 * time.Second
	maxBytes = 65 << 20
)

// rawCodec passes messages on as bytes.
type rawCodec struct{}

func (rawCodec) Name() string { return "raw" }

func (rawCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

func (rawCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = bytes.Clone(data)
	return nil
}

func receive(stream grpc.ServerStream) ([]byte, error) {
	var message []byte
	err := stream.RecvMsg(&message)
	return message, err
}

func echo(_ any, stream grpc.ServerStream) error {
	message, err := receive(stream)
	if err != nil {
		return err
	}
	if received, _ := metadata.FromIncomingContext(stream.Context()); len(received["tag"]) > 0 {
		if err := stream.SendHeader(metadata.Pairs("tag", "got "+received["tag"][0])); err != nil {
			return err
		}
		stream.SetTrailer(metadata.MD{"data-bin": received["data-bin"]})
	}
	return stream.SendMsg(&message)
}

func join(_ any, stream grpc.ServerStream) error {
	var all []byte
	for {
		message, err := receive(stream)
		if errors.Is(err, io.EOF) {
			return stream.SendMsg(&all)
		}
		if err != nil {
			return err
		}
		all = append(all, message...)
	}
}

func repeat(_ any, stream grpc.ServerStream) error {
	message, err := receive(stream)
	for i := 0; err == nil && i < repeats; i++ {
		err = stream.SendMsg(&message)
	}
	return err
}

func chat(_ any, stream grpc.ServerStream) error {
	for {
		message, err := receive(stream)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
}

func wait(_ any, stream grpc.ServerStream) error {
	if err := stream.SendHeader(nil); err != nil {
		return err
	}
	fmt.Println("wait began")
	<-stream.Context().Done()
	fmt.Println("wait ended")
	return stream.Context().Err()
}

// tlsFiles is where certificates are; the zero value is plain text.
type tlsFiles struct {
	folder string
	mutual bool
}

func (t tlsFiles) identity(name string) []tls.Certificate {
	pair, err := tls.LoadX509KeyPair(filepath.Join(t.folder, name+".pem"), filepath.Join(t.folder, name+".key"))
	must(err)
	return []tls.Certificate{pair}
}

func (t tlsFiles) trust(name string) *x509.CertPool {
	pem, err := os.ReadFile(filepath.Join(t.folder, name+".pem"))
	must(err)
	pool := x509.NewCertPool()
	check(pool.AppendCertsFromPEM(pem), "no certificate in %s.pem", name)
	return pool
}

func (t tlsFiles) serving() credentials.TransportCredentials {
	if t.folder == "" {
		return insecure.NewCredentials()
	}
	config := &tls.Config{Certificates: t.identity("server")}
	if t.mutual {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		config.ClientCAs = t.trust("client")
	}
	return credentials.NewTLS(config)
}

func (t tlsFiles) calling() credentials.TransportCredentials {
	if t.folder == "" {
		return insecure.NewCredentials()
	}
	config := &tls.Config{RootCAs: t.trust("server")}
	if t.mutual {
		config.Certificates = t.identity("client")
	}
	return credentials.NewTLS(config)
}

func serve(target string, files tlsFiles) {
	address := strings.TrimPrefix(target, "unix:")
	if name, ok := strings.CutPrefix(target, "unix-abstract:"); ok {
		address = "@" + name
	}
	listener, err := net.Listen("unix", address)
	if err != nil {
		log.Fatal(err)
	}
	server := grpc.NewServer(grpc.Creds(files.serving()), grpc.ForceServerCodec(rawCodec{}), grpc.MaxRecvMsgSize(maxBytes))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: service,
		HandlerType: (*any)(nil),
		Streams: []grpc.StreamDesc{
			{StreamName: "Echo", Handler: echo},
			{StreamName: "Join", Handler: join, ClientStreams: true},
			{StreamName: "Repeat", Handler: repeat, ServerStreams: true},
			{StreamName: "Chat", Handler: chat, ClientStreams: true, ServerStreams: true},
			{StreamName: "Wait", Handler: wait, ServerStreams: true},
		},
	}, struct{}{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	fmt.Println("listening")
	if err := server.Serve(listener); err != nil {
		log.Fatal(err)
	}
}

func check(ok bool, format string, arguments ...any) {
	if !ok {
		log.Fatalf(format, arguments...)
	}
}

func must(err error) {
	check(err == nil, "%v", err)
}

func path(method string) string {
	return "/" + service + "/" + method
}

func open(ctx context.Context, connection *grpc.ClientConn, method string, client, server bool) grpc.ClientStream {
	description := &grpc.StreamDesc{StreamName: method, ClientStreams: client, ServerStreams: server}
	stream, err := connection.NewStream(ctx, description, path(method))
	must(err)
	return stream
}

// exchange sends a message some times and returns the answers, until the end.
func exchange(connection *grpc.ClientConn, method string, message []byte, times int) [][]byte {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	stream := open(ctx, connection, method, true, true)
	go func() {
		for i := 0; i < times; i++ {
			if stream.SendMsg(&message) != nil {
				return // the receiver learns why
			}
		}
		_ = stream.CloseSend()
	}()
	var answers [][]byte
	for {
		var answer []byte
		err := stream.RecvMsg(&answer)
		if errors.Is(err, io.EOF) {
			return answers
		}
		must(err)
		answers = append(answers, answer)
	}
}

func unary(connection *grpc.ClientConn, message []byte, options ...grpc.CallOption) ([]byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	var answer []byte
	err := connection.Invoke(ctx, path("Echo"), &message, &answer, options...)
	return answer, err
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	must(err)
	return n
}

func random(size int) []byte {
	message := make([]byte, size)
	_, _ = rand.Read(message)
	return message
}

func callKinds(connection *grpc.ClientConn, size int) {
	message := random(size)
	answer, err := unary(connection, message)
	must(err)
	check(bytes.Equal(answer, message), "Echo answers something else")
	joined := exchange(connection, "Join", message, repeats)
	check(len(joined) == 1 && bytes.Equal(joined[0], bytes.Repeat(message, repeats)), "Join answers something else")
	for method, times := range map[string]int{"Repeat": 1, "Chat": repeats} {
		answers := exchange(connection, method, message, times)
		check(len(answers) == repeats, "%s answers %d times", method, len(answers))
		for _, answer := range answers {
			check(bytes.Equal(answer, message), "%s answers something else", method)
		}
	}
}

func callMetadata(connection *grpc.ClientConn) {
	data := string(random(256))
	ctx := metadata.AppendToOutgoingContext(context.Background(), "tag", "x", "data-bin", data)
	var header, trailer metadata.MD
	var message, answer []byte
	must(connection.Invoke(ctx, path("Echo"), &message, &answer, grpc.Header(&header), grpc.Trailer(&trailer)))
	check(len(header["tag"]) == 1 && header["tag"][0] == "got x", "header %v", header)
	check(len(trailer["data-bin"]) == 1 && trailer["data-bin"][0] == data, "trailer %v", trailer)
}

func callLimit(connection *grpc.ClientConn) {
	callKinds(connection, 0)
	ctx := metadata.AppendToOutgoingContext(context.Background(), "x", strings.Repeat("a", 10000))
	var message, answer []byte
	err := connection.Invoke(ctx, path("Echo"), &message, &answer)
	// It knows the limit from the server's SETTINGS, and sends nothing.
	check(err != nil && strings.Contains(err.Error(), "violates the maximum size (8192 bytes)"), "%v", err)
	callKinds(connection, 0)
}

func callDeadline(connection *grpc.ClientConn) {
	callKinds(connection, 0) // so that what follows has a connection
	ctx, cancel := context.WithTimeout(context.Background(), 1500*time.Millisecond)
	defer cancel()
	stream := open(ctx, connection, "Wait", false, true)
	err := send(stream)
	if err == nil {
		var answer []byte
		err = stream.RecvMsg(&answer)
	}
	check(status.Code(err) == codes.DeadlineExceeded, "%v", err)
}

func send(stream grpc.ClientStream) error {
	var message []byte
	if err := stream.SendMsg(&message); err != nil {
		return err
	}
	return stream.CloseSend()
}

func callCancel(connection *grpc.ClientConn) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	stream := open(ctx, connection, "Wait", false, true)
	must(send(stream))
	_, err := stream.Header() // waits for it: the call has reached its handler
	must(err)
	cancel()
	var answer []byte
	err = stream.RecvMsg(&answer)
	check(status.Code(err) == codes.Canceled, "%v", err)
}

func callGzip(connection *grpc.ClientConn, size int) {
	message := bytes.Repeat([]byte("gzip"), size/4)
	answer, err := unary(connection, message, grpc.UseCompressor("gzip"))
	must(err)
	check(bytes.Equal(answer, message), "Echo answers something else")
}

// callMany makes calls at once, on one connection.
func callMany(connection *grpc.ClientConn, calls int) {
	var all sync.WaitGroup
	for i := 0; i < calls; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			message := []byte(strconv.Itoa(i))
			answer, err := unary(connection, message)
			must(err)
			check(bytes.Equal(answer, message), "call %d got %q", i, answer)
		}()
	}
	all.Wait()
}

// served calls once there is a server. A call may still meet the connection to the one before it.
func served(connection *grpc.ClientConn, message string) {
	for end := time.Now().Add(limit); ; {
		answer, err := unary(connection, []byte(message), grpc.WaitForReady(true))
		if status.Code(err) == codes.Unavailable && time.Now().Before(end) {
			continue
		}
		must(err)
		check(string(answer) == message, "%s got %q", message, answer)
		return
	}
}

// callEarly calls before there is a server.
func callEarly(connection *grpc.ClientConn) {
	_, err := unary(connection, nil)
	check(status.Code(err) == codes.Unavailable, "%v", err)
	fmt.Println("unavailable")
	served(connection, "early")
}

// callLoad calls without a pause while the server is killed and started again: each call is answered, or UNAVAILABLE.
func callLoad(connection *grpc.ClientConn) {
	var all sync.WaitGroup
	for caller := 0; caller < callers; caller++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for i := 0; ; i++ {
				message := fmt.Sprintf("%d:%d", caller, i)
				answer, err := unary(connection, []byte(message))
				if status.Code(err) == codes.Unavailable {
					return
				}
				must(err)
				check(string(answer) == message, "%s got %q", message, answer)
				if i == 0 {
					fmt.Println("answered")
				}
			}
		}()
	}
	all.Wait()
	fmt.Println("unavailable")
	for caller := 0; caller < callers; caller++ {
		served(connection, fmt.Sprintf("%d:again", caller))
	}
}

func call(target string, what []string, files tlsFiles) {
	connection, err := grpc.NewClient(target,
		grpc.WithTransportCredentials(files.calling()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{}), grpc.MaxCallRecvMsgSize(maxBytes)))
	must(err)
	defer connection.Close()
	switch what[0] {
	case "kinds":
		callKinds(connection, number(what[1]))
	case "metadata":
		callMetadata(connection)
	case "limit":
		callLimit(connection)
	case "deadline":
		callDeadline(connection)
	case "cancel":
		callCancel(connection)
	case "gzip":
		callGzip(connection, number(what[1]))
	case "many":
		callMany(connection, number(what[1]))
	case "early":
		callEarly(connection)
	case "load":
		callLoad(connection)
	default:
		log.Fatalf("no check %q", what[0])
	}
	fmt.Println("passed")
}

func main() {
	arguments := os.Args[1:]
	var files tlsFiles
	if len(arguments) > 2 && (arguments[0] == "tls" || arguments[0] == "mtls") {
		files = tlsFiles{folder: arguments[1], mutual: arguments[0] == "mtls"}
		arguments = arguments[2:]
	}
	switch {
	case len(arguments) == 2 && arguments[0] == "serve":
		serve(arguments[1], files)
	case len(arguments) > 2 && arguments[0] == "call":
		call(arguments[1], arguments[2:], files)
	default:
		log.Fatal("usage: [tls FOLDER | mtls FOLDER] serve TARGET | call TARGET CHECK [NUMBER]")
	}
}
