package io.github.grpcuds.android.platform;

import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.FieldVisitor;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;

/**
 * Makes a class of Android's run on a JVM: native methods call those of the tests, and methods that
 * Android's {@code java.io.FileDescriptor} has beyond the JDK's are {@link FileDescriptors}'.
 */
final class ForJvm extends ClassVisitor {
  private static final String CONSTANTS = "android/system/OsConstants";
  private static final String FILE_DESCRIPTOR = "java/io/FileDescriptor";

  private String owner;

  ForJvm(ClassVisitor next) {
    super(Opcodes.ASM9, next);
  }

  @Override
  public void visit(
      int version, int access, String name, String signature, String parent, String[] interfaces) {
    owner = name;
    super.visit(version, access, name, signature, parent, interfaces);
  }

  /** The native method that sets the constants is Java here, which may not set what is final. */
  @Override
  public FieldVisitor visitField(
      int access, String name, String descriptor, String signature, Object value) {
    int changed = owner.equals(CONSTANTS) ? access & ~Opcodes.ACC_FINAL : access;
    return super.visitField(changed, name, descriptor, signature, value);
  }

  @Override
  public MethodVisitor visitMethod(
      int access, String name, String descriptor, String signature, String[] exceptions) {
    if ((access & Opcodes.ACC_NATIVE) != 0) {
      MethodVisitor method =
          super.visitMethod(access & ~Opcodes.ACC_NATIVE, name, descriptor, signature, exceptions);
      callTests(method, (access & Opcodes.ACC_STATIC) != 0, name, descriptor);
      return null;
    }
    return new Calls(super.visitMethod(access, name, descriptor, signature, exceptions));
  }

  /** Calls a static method of the same name and parameters, without the object. */
  private void callTests(MethodVisitor method, boolean isStatic, String name, String descriptor) {
    method.visitCode();
    int slot = isStatic ? 0 : 1;
    for (Type parameter : Type.getArgumentTypes(descriptor)) {
      method.visitVarInsn(parameter.getOpcode(Opcodes.ILOAD), slot);
      slot += parameter.getSize();
    }
    // The tests cannot name a class that is not public.
    String called = descriptor.replace("L" + owner + ";", "Ljava/lang/Object;");
    method.visitMethodInsn(
        Opcodes.INVOKESTATIC, NativeMethods.classFor(owner), name, called, false);
    Type result = Type.getReturnType(descriptor);
    method.visitInsn(result.getOpcode(Opcodes.IRETURN));
    method.visitMaxs(Math.max(slot, result.getSize()), slot);
    method.visitEnd();
  }

  private static final class Calls extends MethodVisitor {
    Calls(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      if (owner.equals(FILE_DESCRIPTOR) && (name.endsWith("$") || name.equals("isSocket"))) {
        super.visitMethodInsn(
            Opcodes.INVOKESTATIC,
            Type.getInternalName(FileDescriptors.class),
            name.replace("$", ""),
            descriptor.replace("(", "(L" + FILE_DESCRIPTOR + ";"),
            false);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }
  }
}
