package dev.proa.node.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * The machine code that executes a {@link SyscallProgram}: a loop that loads the call's number and six arguments from
 * the current step, makes the call, stores the result where the step says, and continues at the step that the sign of
 * the result selects. On a negative result (an error) it first records the step's address and the result, so that error
 * handling can tell what failed; a step can have a separate target for one error number.
 *
 * <p>This is all the code in a container's launcher; the rest is data.
 */
final class SyscallInterpreter {
    /** Bytes reserved for the code; what is not used is zero. */
    static final int SIZE = 256;

    private SyscallInterpreter() {}

    /**
     * The code for a processor.
     *
     * @param first address of the first step
     * @param error address of two words that receive the address of a failed step and its result
     */
    static byte[] code(Architecture architecture, long first, long error) {
        return switch (architecture) {
            case X86_64 -> x86(first, error);
            case AARCH64 -> arm(first, error);
        };
    }

    /** rbx is the current step, r12 the error words; the kernel preserves both. */
    private static byte[] x86(long first, long error) {
        ByteBuffer code = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        put(code, "48 bb").putLong(first); //     mov   rbx, first
        put(code, "49 bc").putLong(error); //     mov   r12, error
        put(code, "48 8b 03"); //           loop: mov   rax, [rbx]
        put(code, "48 8b 7b 08"); //              mov   rdi, [rbx+8]
        put(code, "48 8b 73 10"); //              mov   rsi, [rbx+16]
        put(code, "48 8b 53 18"); //              mov   rdx, [rbx+24]
        put(code, "4c 8b 53 20"); //              mov   r10, [rbx+32]
        put(code, "4c 8b 43 28"); //              mov   r8, [rbx+40]
        put(code, "4c 8b 4b 30"); //              mov   r9, [rbx+48]
        put(code, "0f 05"); //                    syscall
        put(code, "48 8b 4b 38"); //              mov   rcx, [rbx+56]
        put(code, "48 89 01"); //                 mov   [rcx], rax
        put(code, "48 85 c0"); //                 test  rax, rax
        put(code, "78 0e"); //                    js    negative
        put(code, "74 06"); //                    jz    zero
        put(code, "48 8b 5b 50"); //              mov   rbx, [rbx+80]
        put(code, "eb cf"); //                    jmp   loop
        put(code, "48 8b 5b 48"); //        zero: mov   rbx, [rbx+72]
        put(code, "eb c9"); //                    jmp   loop
        put(code, "49 89 1c 24"); //    negative: mov   [r12], rbx
        put(code, "49 89 44 24 08"); //           mov   [r12+8], rax
        put(code, "48 3b 43 58"); //              cmp   rax, [rbx+88]
        put(code, "74 06"); //                    je    expected
        put(code, "48 8b 5b 40"); //              mov   rbx, [rbx+64]
        put(code, "eb b4"); //                    jmp   loop
        put(code, "48 8b 5b 60"); //    expected: mov   rbx, [rbx+96]
        put(code, "eb ae"); //                    jmp   loop
        return code.array();
    }

    private static ByteBuffer put(ByteBuffer code, String hex) {
        return code.put(HexFormat.ofDelimiter(" ").parseHex(hex));
    }

    /** x19 is the current step, x20 the error words; the kernel preserves both. Addresses have 32 bits. */
    private static byte[] arm(long first, long error) {
        ByteBuffer code = ByteBuffer.allocate(SIZE).order(ByteOrder.LITTLE_ENDIAN);
        int loop = 4;
        move(code, 19, first); //                        0:    mov  x19, first
        move(code, 20, error); //                        2:    mov  x20, error
        code.putInt(load(8, 19, 0)); //                  4:    ldr  x8, [x19]
        for (int argument = 0; argument < 6; argument++) {
            code.putInt(load(argument, 19, 8 + 8 * argument)); // ldr  x0..x5
        }
        code.putInt(0xD4000001); //                     11:    svc  #0
        code.putInt(load(9, 19, 56)); //                12:    ldr  x9, [x19, #56]
        code.putInt(store(0, 9, 0)); //                 13:    str  x0, [x9]
        code.putInt(0xB7F80000 | 6 << 5); //            14:    tbnz x0, #63, 20
        code.putInt(0xB4000000 | 3 << 5); //            15:    cbz  x0, 18
        code.putInt(load(19, 19, 80)); //               16:    ldr  x19, [x19, #80]
        code.putInt(branch(17, loop)); //               17:    b    4
        code.putInt(load(19, 19, 72)); //               18:    ldr  x19, [x19, #72]
        code.putInt(branch(19, loop)); //               19:    b    4
        code.putInt(store(19, 20, 0)); //               20:    str  x19, [x20]
        code.putInt(store(0, 20, 8)); //                21:    str  x0, [x20, #8]
        code.putInt(load(9, 19, 88)); //                22:    ldr  x9, [x19, #88]
        code.putInt(0xEB09001F); //                     23:    cmp  x0, x9
        code.putInt(0x54000000 | 3 << 5); //            24:    b.eq 27
        code.putInt(load(19, 19, 64)); //               25:    ldr  x19, [x19, #64]
        code.putInt(branch(26, loop)); //               26:    b    4
        code.putInt(load(19, 19, 96)); //               27:    ldr  x19, [x19, #96]
        code.putInt(branch(28, loop)); //               28:    b    4
        return code.array();
    }

    private static void move(ByteBuffer code, int register, long value) {
        code.putInt(0xD2800000 | (int) (value & 0xFFFF) << 5 | register);
        code.putInt(0xF2A00000 | (int) (value >>> 16 & 0xFFFF) << 5 | register);
    }

    private static int load(int register, int base, int offset) {
        return 0xF9400000 | offset / 8 << 10 | base << 5 | register;
    }

    private static int store(int register, int base, int offset) {
        return 0xF9000000 | offset / 8 << 10 | base << 5 | register;
    }

    private static int branch(int from, int to) {
        return 0x14000000 | (to - from & 0x3FFFFFF);
    }
}
