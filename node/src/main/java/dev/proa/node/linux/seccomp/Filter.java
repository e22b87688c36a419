package dev.proa.node.linux.seccomp;

import dev.proa.node.linux.Architecture;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;

/** A compiled profile: a program for {@code seccomp(SECCOMP_SET_MODE_FILTER)}. Immutable. */
public final class Filter {
    /** Offsets in {@code struct seccomp_data}; each argument is two words, the lower one first. */
    static final int NUMBER = 0;

    static final int ARCHITECTURE = 4;
    static final int ARGUMENTS = 16;

    private static final int DATA_BYTES = 64;

    private final String name;
    private final int flags;
    private final byte[] program;

    Filter(String name, int flags, List<Instruction> instructions) {
        ByteBuffer bytes =
                ByteBuffer.allocate(Instruction.BYTES * instructions.size()).order(ByteOrder.LITTLE_ENDIAN);
        instructions.forEach(instruction -> bytes.putShort(instruction.code())
                .put((byte) instruction.ifTrue())
                .put((byte) instruction.ifFalse())
                .putInt(instruction.operand()));
        this(name, flags, bytes.array());
    }

    /**
     * Restores a filter from its parts.
     *
     * @throws IllegalArgumentException when {@code program} is not a valid filter
     */
    public Filter(String name, int flags, byte[] program) {
        if (program.length == 0 || program.length % Instruction.BYTES != 0) {
            throw new IllegalArgumentException("not a program: " + program.length + " bytes");
        }
        this.name = name;
        this.flags = flags;
        this.program = program.clone();
    }

    /** The profile's name, for messages. */
    public String name() {
        return name;
    }

    /** The flags for {@code seccomp(2)}. */
    public int flags() {
        return flags;
    }

    /** An array of {@code struct sock_filter}. */
    public byte[] program() {
        return program.clone();
    }

    /** The number of instructions. */
    public int length() {
        return program.length / Instruction.BYTES;
    }

    /** Whether the filter allows a call with these arguments; missing ones are zero. */
    public boolean permits(Architecture architecture, long number, long... arguments) {
        int answer = run(FilterCompiler.auditNumber(architecture), (int) number, arguments);
        return answer == Action.ALLOW.word() || answer == Action.LOG.word();
    }

    /** Runs the filter; returns its value. */
    int run(int architecture, int number, long... arguments) {
        ByteBuffer data = ByteBuffer.allocate(DATA_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        data.putInt(NUMBER, number).putInt(ARCHITECTURE, architecture);
        for (int i = 0; i < arguments.length; i++) {
            data.putLong(ARGUMENTS + 8 * i, arguments[i]);
        }
        ByteBuffer code = ByteBuffer.wrap(program).order(ByteOrder.LITTLE_ENDIAN);
        int accumulator = 0;
        while (true) {
            short operation = code.getShort();
            int ifTrue = code.get() & 0xff;
            int ifFalse = code.get() & 0xff;
            int operand = code.getInt();
            int skip = switch (operation) {
                case Instruction.JUMP -> operand;
                case Instruction.JUMP_EQUAL -> accumulator == operand ? ifTrue : ifFalse;
                case Instruction.JUMP_GREATER -> Integer.compareUnsigned(accumulator, operand) > 0 ? ifTrue : ifFalse;
                case Instruction.JUMP_GREATER_OR_EQUAL ->
                    Integer.compareUnsigned(accumulator, operand) >= 0 ? ifTrue : ifFalse;
                default -> 0;
            };
            switch (operation) {
                case Instruction.LOAD -> accumulator = data.getInt(operand);
                case Instruction.AND -> accumulator &= operand;
                case Instruction.RETURN -> {
                    return operand;
                }
                default -> code.position(code.position() + skip * Instruction.BYTES);
            }
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Filter filter
                && name.equals(filter.name)
                && flags == filter.flags
                && Arrays.equals(program, filter.program);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(program);
    }

    @Override
    public String toString() {
        return name + " (" + length() + " instructions)";
    }
}
