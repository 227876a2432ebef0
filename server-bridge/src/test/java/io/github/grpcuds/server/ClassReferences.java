package io.github.grpcuds.server;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;

/** The members that a class names in its constant pool (JVMS 4.4), as "owner name descriptor". */
final class ClassReferences {
  private static final int UTF8 = 1;
  private static final int LONG = 5;
  private static final int DOUBLE = 6;
  private static final int CLASS = 7;
  private static final int STRING = 8;
  private static final int FIELD = 9;
  private static final int METHOD = 10;
  private static final int INTERFACE_METHOD = 11;
  private static final int NAME_AND_TYPE = 12;
  private static final int METHOD_HANDLE = 15;
  private static final int METHOD_TYPE = 16;

  private final String[] texts;
  private final int[] tags;
  private final int[] first;
  private final int[] second;

  private ClassReferences(int size) {
    texts = new String[size];
    tags = new int[size];
    first = new int[size];
    second = new int[size];
  }

  static List<String> in(InputStream classFile) throws IOException {
    DataInputStream in = new DataInputStream(classFile);
    in.readLong(); // magic and version
    ClassReferences pool = new ClassReferences(in.readUnsignedShort());
    for (int i = 1; i < pool.tags.length; i++) {
      pool.readEntry(in, i);
      if (pool.tags[i] == LONG || pool.tags[i] == DOUBLE) {
        i++; // they take two places
      }
    }
    return pool.members();
  }

  private void readEntry(DataInputStream in, int i) throws IOException {
    tags[i] = in.readUnsignedByte();
    switch (tags[i]) {
      case UTF8:
        texts[i] = in.readUTF();
        break;
      case LONG:
      case DOUBLE:
        in.readLong();
        break;
      case CLASS:
      case STRING:
      case METHOD_TYPE:
        first[i] = in.readUnsignedShort();
        break;
      case METHOD_HANDLE:
        in.readUnsignedByte();
        in.readUnsignedShort();
        break;
      default:
        first[i] = in.readUnsignedShort();
        second[i] = in.readUnsignedShort();
    }
  }

  private List<String> members() {
    List<String> members = new ArrayList<>();
    for (int i = 1; i < tags.length; i++) {
      if (tags[i] == FIELD || tags[i] == METHOD || tags[i] == INTERFACE_METHOD) {
        int nameAndType = second[i];
        if (tags[nameAndType] != NAME_AND_TYPE) {
          throw new AssertionError("entry " + nameAndType + " has the tag " + tags[nameAndType]);
        }
        members.add(
            texts[first[first[i]]]
                + " "
                + texts[first[nameAndType]]
                + " "
                + texts[second[nameAndType]]);
      }
    }
    return members;
  }
}
