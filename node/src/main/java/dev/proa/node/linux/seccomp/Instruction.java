package dev.proa.node.linux.seccomp;

/**
 * An instruction of classic BPF, {@code struct sock_filter}.
 *
 * @param ifTrue how many instructions a comparison that holds skips, 0 to 255
 * @param ifFalse likewise when it does not hold
 */
record Instruction(short code, int ifTrue, int ifFalse, int operand) {
    static final int BYTES = 8;

    static final short LOAD = 0x20;
    static final short AND = 0x54;
    static final short JUMP = 0x05;
    static final short JUMP_EQUAL = 0x15;
    static final short JUMP_GREATER = 0x25;
    static final short JUMP_GREATER_OR_EQUAL = 0x35;
    static final short RETURN = 0x06;

    /** Loads a word of {@code struct seccomp_data}. */
    static Instruction load(int offset) {
        return new Instruction(LOAD, 0, 0, offset);
    }

    static Instruction answer(Action action) {
        return new Instruction(RETURN, 0, 0, action.word());
    }
}
