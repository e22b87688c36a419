package dev.proa.node.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A list of system calls that is compiled to an executable of a few kilobytes, for what a new process has to do before,
 * or instead of, executing its program: enter namespaces, mount, drop rights, wait for a child.
 *
 * <p>A step is a call with its arguments. What comes next depends on the sign of the result: by default the following step when
 * it is not negative, and the step at {@link #failure} when it is. A result can be stored into an argument of a later step
 * ({@link Step#into}), which is how a descriptor goes from {@code openat} to {@code close}. Strings, buffers and lists are
 * data of the program; the methods that add them return the address they will have.
 *
 * <p>The file is a static ELF executable at fixed addresses: one page of code ({@link SyscallInterpreter}), then data:
 *
 * <pre>
 * 0x000  ELF header, three program headers
 * 0x100  the interpreter
 * 0x200  data: the two error words, then steps, strings and buffers in the order they were added
 * </pre>
 *
 * A process that runs one has two or three pages of memory of its own and no library. Not thread-safe.
 */
public final class SyscallProgram {
    private static final long CODE_BASE = 0x10000000L;
    private static final long DATA_BASE = 0x10010000L;
    private static final int DATA_OFFSET = 0x100 + SyscallInterpreter.SIZE;
    private static final int STEP_BYTES = 104;

    /** Where the interpreter leaves the address of the step that failed last and its negated error number: two words. */
    public static final long ERROR = DATA_BASE + DATA_OFFSET;

    private static final long SCRATCH = ERROR + 16;

    private final Architecture architecture;
    private final ByteArrayOutputStream data = new ByteArrayOutputStream(4096);
    private final Map<Long, Step> steps = new HashMap<>();
    private final Map<String, Long> texts = new HashMap<>();
    private final List<Patch> patches = new ArrayList<>();
    private final List<Step> order = new ArrayList<>();
    private final List<Label> pending = new ArrayList<>();
    private Label failure = new Label();

    /** A program for this machine. */
    public SyscallProgram() {
        this(Architecture.current());
    }

    SyscallProgram(Architecture architecture) {
        this.architecture = architecture;
        zeroes(24);
    }

    /** A jump target, whose place can be set later by {@link #at}. */
    public static final class Label {
        private long address;
    }

    /** A system call of the program. */
    public static final class Step {
        private final long address;
        private final String what;
        private final long[] words = new long[8];
        private @Nullable Label ifNegative;
        private @Nullable Label ifExpected;
        private long expected;
        private @Nullable Label ifZero;
        private @Nullable Label ifPositive;
        private boolean ignoresFailure;

        private Step(long address, String what, long number, long[] arguments) {
            this.address = address;
            this.what = what;
            words[0] = number;
            System.arraycopy(arguments, 0, words, 1, arguments.length);
            words[7] = SCRATCH;
        }

        /** What this step does, for messages: {@code mount proc}. */
        public String what() {
            return what;
        }

        /** The number of the system call. */
        public long number() {
            return words[0];
        }

        /** The six arguments, as far as they are known before the program runs. */
        public long[] arguments() {
            return Arrays.copyOfRange(words, 1, 7);
        }

        /** Jumps to {@code label} when the call fails. */
        public Step ifFailed(Label label) {
            ifNegative = label;
            return this;
        }

        /**
         * Jumps to {@code label} when the call fails with this error number, which then does not count as a failure;
         * one per step.
         *
         * @param error as in {@link Errno}
         */
        public Step ifError(int error, Label label) {
            expected = -error;
            ifExpected = label;
            return this;
        }

        /** Continues with the next step when the call fails. */
        public Step ignoringFailure() {
            ignoresFailure = true;
            return this;
        }

        /** Jumps to {@code label} when the result is zero. */
        public Step ifZero(Label label) {
            ifZero = label;
            return this;
        }

        /** Jumps to {@code label} when the call succeeds, whatever its result. */
        public Step then(Label label) {
            ifZero = label;
            ifPositive = label;
            return this;
        }

        /** Stores the result as argument {@code index} of another step. */
        public Step into(Step other, int index) {
            return storing(other.address + 8 + 8L * index);
        }

        /** Stores the result, a word, at an address of the program's data. */
        public Step storing(long at) {
            words[7] = at;
            return this;
        }
    }

    /** From here on, failing steps jump to {@code label}. */
    public void failure(Label label) {
        failure = label;
    }

    /** The next step to be added is at {@code label}. */
    public void at(Label label) {
        pending.add(label);
    }

    /**
     * Adds a step.
     *
     * @param what it does, for messages
     * @param arguments at most six words
     */
    public Step step(String what, SystemCall call, long... arguments) {
        return step(what, call.number(architecture), arguments);
    }

    /** Adds a step for a system call that {@link SystemCall} does not name. */
    public Step step(String what, long number, long[] arguments) {
        long address = reserve(STEP_BYTES);
        Step step = new Step(address, what, number, arguments);
        step.ifNegative = failure;
        pending.forEach(label -> label.address = address);
        pending.clear();
        steps.put(address, step);
        order.add(step);
        return step;
    }

    /** The address of a zero-terminated string; equal strings are kept once. */
    public long text(String text) {
        return texts.computeIfAbsent(text, this::addText);
    }

    private long addText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        long address = reserve(bytes.length + 1);
        patches.add(new Patch(address, bytes));
        return address;
    }

    /** The address of these bytes. */
    public long bytes(byte[] bytes) {
        long address = reserve(bytes.length);
        patches.add(new Patch(address, bytes.clone()));
        return address;
    }

    /** The address of {@code words} in a row. */
    public long words(long... words) {
        ByteBuffer buffer = ByteBuffer.allocate(words.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (long word : words) {
            buffer.putLong(word);
        }
        return bytes(buffer.array());
    }

    /** The address of a null-terminated list of strings, as {@code execve} takes them. */
    public long texts(List<String> texts) {
        long[] words = new long[texts.size() + 1];
        for (int i = 0; i < texts.size(); i++) {
            words[i] = text(texts.get(i));
        }
        return words(words);
    }

    /** The address of {@code count} zero bytes. */
    public long zeroes(int count) {
        return reserve(count);
    }

    /** How many steps were added. */
    public int size() {
        return order.size();
    }

    /** The steps but for the first ones, in the order in which they were added. */
    public List<Step> steps(int from) {
        return List.copyOf(order.subList(Math.min(from, order.size()), order.size()));
    }

    /** What the step at an address does, as found in {@link #ERROR}. */
    public @Nullable Step stepAt(long address) {
        return steps.get(address);
    }

    /** The executable. */
    public byte[] toExecutable() {
        byte[] contents = data.toByteArray();
        ByteBuffer buffer = ByteBuffer.wrap(contents).order(ByteOrder.LITTLE_ENDIAN);
        for (Patch patch : patches) {
            buffer.put(offset(patch.address()), patch.bytes());
        }
        for (int i = 0; i < order.size(); i++) {
            Step step = order.get(i);
            long next = i + 1 < order.size() ? order.get(i + 1).address : 0;
            int at = offset(step.address);
            for (int word = 0; word < step.words.length; word++) {
                buffer.putLong(at + 8 * word, step.words[word]);
            }
            buffer.putLong(at + 64, step.ignoresFailure ? next : target(step.ifNegative, next));
            buffer.putLong(at + 72, target(step.ifZero, next));
            buffer.putLong(at + 80, target(step.ifPositive, next));
            buffer.putLong(at + 88, step.expected);
            buffer.putLong(at + 96, target(step.ifExpected, next));
        }
        ByteBuffer file = ByteBuffer.allocate(DATA_OFFSET + contents.length).order(ByteOrder.LITTLE_ENDIAN);
        putHeaders(file, contents.length);
        file.position(0x100)
                .put(SyscallInterpreter.code(architecture, order.getFirst().address, ERROR))
                .put(contents);
        return file.array();
    }

    private record Patch(long address, byte[] bytes) {}

    private static int offset(long address) {
        return (int) (address - DATA_BASE - DATA_OFFSET);
    }

    private static long target(@Nullable Label label, long next) {
        return label == null ? next : label.address;
    }

    /** Everything starts at a whole word. */
    private long reserve(int count) {
        long address = DATA_BASE + DATA_OFFSET + data.size();
        data.writeBytes(new byte[(count + 7) / 8 * 8]);
        return address;
    }

    private void putHeaders(ByteBuffer file, int dataLength) {
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1}).position(16);
        file.putShort((short) 2); // executable
        file.putShort((short)
                switch (architecture) {
                    case X86_64 -> 62;
                    case AARCH64 -> 183;
                });
        file.putInt(1);
        file.putLong(CODE_BASE + 0x100);
        file.putLong(64); // program headers follow
        file.putLong(0);
        file.putInt(0);
        file.putShort((short) 64).putShort((short) 56).putShort((short) 3);
        file.position(64);
        putSegment(file, 1, 5, 0, CODE_BASE, DATA_OFFSET); // loaded: read, execute
        putSegment(file, 1, 6, DATA_OFFSET, DATA_BASE + DATA_OFFSET, dataLength); // loaded: read, write
        putSegment(file, 0x6474e551, 6, 0, 0, 0); // a stack that is not executable
    }

    private static void putSegment(ByteBuffer file, int type, int flags, long offset, long address, long length) {
        file.putInt(type).putInt(flags).putLong(offset).putLong(address).putLong(address);
        file.putLong(length).putLong(length).putLong(0x10000);
    }
}
