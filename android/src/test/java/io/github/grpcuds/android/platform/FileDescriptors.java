package io.github.grpcuds.android.platform;

import android.system.ErrnoException;
import android.system.OsConstants;
import java.io.FileDescriptor;
import java.lang.reflect.Field;

/** What Android's FileDescriptor has beyond the JDK's: the number can be read and set. */
public final class FileDescriptors {
  private static final Field NUMBER = number();

  private FileDescriptors() {}

  private static Field number() {
    try {
      Field number = FileDescriptor.class.getDeclaredField("fd");
      number.setAccessible(true);
      return number;
    } catch (ReflectiveOperationException e) {
      throw new LinkageError("the JDK's FileDescriptor differs", e);
    }
  }

  static FileDescriptor of(int number) {
    FileDescriptor fd = new FileDescriptor();
    setInt(fd, number);
    return fd;
  }

  public static int getInt(FileDescriptor fd) {
    try {
      return NUMBER.getInt(fd);
    } catch (IllegalAccessException e) {
      throw new LinkageError("the JDK's FileDescriptor differs", e);
    }
  }

  public static void setInt(FileDescriptor fd, int number) {
    try {
      NUMBER.setInt(fd, number);
    } catch (IllegalAccessException e) {
      throw new LinkageError("the JDK's FileDescriptor differs", e);
    }
  }

  public static boolean isSocket(FileDescriptor fd) throws ErrnoException {
    return OsConstants.S_ISSOCK(OsNatives.fstat(fd).st_mode);
  }

  /** Descriptors have an owner from API level 29 on, which is checked when they are closed. */
  public static long getOwnerId(FileDescriptor fd) {
    return 0;
  }

  public static void setOwnerId(FileDescriptor fd, long owner) {}
}
