// Command grpc-go-peer is a server and a client of the comparison, by grpc-go.
//
//	grpc-go-peer serve PATH          serves until standard input ends
//	grpc-go-peer bench PATH SECONDS  prints p50 us, p99 us, calls/s and, unless QUICK is set, six rates of streams
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/encoding"
)

const (
	window     = 8 << 20
	maxMessage = 16 << 20
)

// bytesCodec passes messages on as they are, as the other peers do.
type bytesCodec struct{}

func (bytesCodec) Name() string { return "proto" }

func (bytesCodec) Marshal(v any) ([]byte, error) { return *v.(*[]byte), nil }

func (bytesCodec) Unmarshal(data []byte, v any) error {
	*v.(*[]byte) = data
	return nil
}

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: serve PATH | bench PATH SECONDS")
	}
	encoding.RegisterCodec(bytesCodec{})
	if os.Args[1] == "serve" {
		serve(os.Args[2])
		return
	}
	seconds, err := strconv.ParseFloat(os.Args[3], 64)
	check(err)
	bench(os.Args[2], time.Duration(seconds*float64(time.Second)))
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func serve(path string) {
	listener, err := net.Listen("unix", path)
	check(err)
	server := grpc.NewServer(
		grpc.InitialWindowSize(window), grpc.InitialConnWindowSize(window), grpc.MaxRecvMsgSize(maxMessage))
	server.RegisterService(&grpc.ServiceDesc{
		ServiceName: "p.Svc",
		HandlerType: (*any)(nil),
		Methods:     []grpc.MethodDesc{{MethodName: "U", Handler: unary}},
		Streams: []grpc.StreamDesc{
			{StreamName: "SS", Handler: download, ServerStreams: true},
			{StreamName: "CS", Handler: upload, ClientStreams: true},
		},
	}, struct{}{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		server.Stop()
	}()
	fmt.Println("listening")
	check(server.Serve(listener))
}

func unary(_ any, _ context.Context, decode func(any) error, _ grpc.UnaryServerInterceptor) (any, error) {
	var message []byte
	if err := decode(&message); err != nil {
		return nil, err
	}
	return &message, nil
}

func download(_ any, stream grpc.ServerStream) error {
	var wish []byte
	if err := stream.RecvMsg(&wish); err != nil {
		return err
	}
	count, size, _ := strings.Cut(string(wish), ",")
	messages, err := strconv.Atoi(count)
	if err != nil {
		return err
	}
	length, err := strconv.Atoi(size)
	if err != nil {
		return err
	}
	message := make([]byte, length)
	for ; messages > 0; messages-- {
		if err := stream.SendMsg(&message); err != nil {
			return err
		}
	}
	return nil
}

func upload(_ any, stream grpc.ServerStream) error {
	total := 0
	for {
		var message []byte
		err := stream.RecvMsg(&message)
		if err == io.EOF {
			reply := []byte(strconv.Itoa(total))
			return stream.SendMsg(&reply)
		}
		if err != nil {
			return err
		}
		total += len(message)
	}
}

func bench(path string, duration time.Duration) {
	connection, err := grpc.NewClient("unix:"+path,
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithInitialWindowSize(window), grpc.WithInitialConnWindowSize(window),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage)))
	check(err)
	times(connection, duration) // warm
	sorted := times(connection, duration)
	p50 := sorted[len(sorted)/2]
	p99 := sorted[len(sorted)*99/100]
	fmt.Printf("%.1f %.1f %.0f", micros(p50), micros(p99), rate(connection, duration))
	if os.Getenv("QUICK") == "" {
		for _, size := range []int{32, 64 << 10, 4 << 20} {
			fmt.Printf(" %.1f", perSecond(size, downloads(connection, duration, size)))
		}
		for _, size := range []int{32, 64 << 10, 4 << 20} {
			fmt.Printf(" %.1f", perSecond(size, uploads(connection, duration, size)))
		}
	}
	fmt.Println()
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

// perSecond is in messages where they are small, else in MB.
func perSecond(size int, messages float64) float64 {
	if size < 1024 {
		return messages
	}
	return messages * float64(size) / 1e6
}

func call(connection *grpc.ClientConn) {
	request := make([]byte, 32)
	var reply []byte
	check(connection.Invoke(context.Background(), "/p.Svc/U", &request, &reply))
}

func times(connection *grpc.ClientConn, duration time.Duration) []time.Duration {
	var all []time.Duration
	for end := time.Now().Add(duration); time.Now().Before(end); {
		start := time.Now()
		call(connection)
		all = append(all, time.Since(start))
	}
	sort.Slice(all, func(i, j int) bool { return all[i] < all[j] })
	return all
}

func rate(connection *grpc.ClientConn, duration time.Duration) float64 {
	var calls atomic.Int64
	var callers sync.WaitGroup
	start := time.Now()
	for range 64 {
		callers.Add(1)
		go func() {
			defer callers.Done()
			for time.Since(start) < duration {
				call(connection)
				calls.Add(1)
			}
		}()
	}
	callers.Wait()
	return float64(calls.Load()) / time.Since(start).Seconds()
}

func messages(size int) int { return min(20_000, 96<<20/size) }

func downloads(connection *grpc.ClientConn, duration time.Duration, size int) float64 {
	start := time.Now()
	total := 0
	for time.Since(start) < duration {
		stream, err := connection.NewStream(context.Background(), &grpc.StreamDesc{ServerStreams: true}, "/p.Svc/SS")
		check(err)
		wish := []byte(fmt.Sprintf("%d,%d", messages(size), size))
		check(stream.SendMsg(&wish))
		check(stream.CloseSend())
		for {
			var message []byte
			err := stream.RecvMsg(&message)
			if err == io.EOF {
				break
			}
			check(err)
			total++
		}
	}
	return float64(total) / time.Since(start).Seconds()
}

func uploads(connection *grpc.ClientConn, duration time.Duration, size int) float64 {
	start := time.Now()
	total := 0
	message := make([]byte, size)
	for time.Since(start) < duration {
		stream, err := connection.NewStream(context.Background(), &grpc.StreamDesc{ClientStreams: true}, "/p.Svc/CS")
		check(err)
		for range messages(size) {
			check(stream.SendMsg(&message))
			total++
		}
		check(stream.CloseSend())
		var reply []byte
		check(stream.RecvMsg(&reply))
	}
	return float64(total) / time.Since(start).Seconds()
}
