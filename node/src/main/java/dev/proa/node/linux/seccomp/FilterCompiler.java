package dev.proa.node.linux.seccomp;

import static dev.proa.node.linux.seccomp.Instruction.JUMP_EQUAL;
import static dev.proa.node.linux.seccomp.Instruction.JUMP_GREATER;
import static dev.proa.node.linux.seccomp.Instruction.JUMP_GREATER_OR_EQUAL;

import dev.proa.node.linux.Architecture;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;

/**
 * Compiles a profile to a BPF filter. A process that uses another architecture's call numbers is killed, since they
 * mean other calls; on x86_64, 32-bit programs do that. x32 numbers, which have a bit of their own, fail with {@code
 * ENOSYS}, as on a kernel without x32. For all others, a binary search finds the range of numbers with the same answer:
 *
 * <pre>
 *       load architecture
 *       jump if it is the machine's, else kill
 *       load number
 *       jump if it is at least the middle of all ranges ──► jump if at least the middle of the upper half ...
 *       jump if it is at least the middle of the lower half ...
 *       ...
 *       return the range's answer; or first compare arguments, word by word
 * </pre>
 */
public final class FilterCompiler {
    /** {@code BPF_MAXINSNS}. */
    private static final int MOST_INSTRUCTIONS = 4096;

    private static final int X32 = 0x4000_0000;
    private static final int ENOSYS = 38;
    /** The longest jump of a comparison. */
    private static final int FURTHEST = 255;
    /** Targets of jumps that are not known yet: behind the condition, or behind the rule. */
    private static final int PASS = -1;

    private static final int FAIL = -2;

    private FilterCompiler() {}

    /** @throws InvalidProfileException when the kernel does not take so long a filter */
    public static Filter compile(Profile profile, Architecture architecture) throws InvalidProfileException {
        List<Instruction> code = new ArrayList<>();
        code.add(Instruction.load(Filter.ARCHITECTURE));
        code.add(new Instruction(JUMP_EQUAL, 1, 0, auditNumber(architecture)));
        code.add(Instruction.answer(Action.KILL_PROCESS));
        code.add(Instruction.load(Filter.NUMBER));
        if (architecture == Architecture.X86_64) {
            code.add(new Instruction(JUMP_GREATER_OR_EQUAL, 0, 1, X32));
            code.add(Instruction.answer(Action.errno(ENOSYS)));
        }
        List<Range> ranges = ranges(profile, architecture);
        code.addAll(search(ranges));
        if (code.size() > MOST_INSTRUCTIONS) {
            throw new InvalidProfileException(
                    "it takes " + code.size() + " instructions, of which the kernel takes " + MOST_INSTRUCTIONS);
        }
        return new Filter(profile.name(), profile.flags(), code);
    }

    /** {@code AUDIT_ARCH_X86_64} and {@code AUDIT_ARCH_AARCH64}. */
    static int auditNumber(Architecture architecture) {
        return switch (architecture) {
            case X86_64 -> 0xc000_003e;
            case AARCH64 -> 0xc000_00b7;
        };
    }

    /** The numbers from {@code first} to the next range, with the code that decides on them. */
    private record Range(int first, List<Instruction> answer) {}

    private static List<Range> ranges(Profile profile, Architecture architecture) {
        Map<Integer, List<Rule>> byNumber = new TreeMap<>();
        for (Rule rule : profile.rules()) {
            OptionalInt number = CallNumbers.of(rule.call(), architecture);
            if (number.isPresent()) {
                byNumber.computeIfAbsent(number.getAsInt(), key -> new ArrayList<>())
                        .add(rule);
            }
        }
        List<Instruction> otherwise = List.of(Instruction.answer(profile.otherwise()));
        List<Range> ranges = new ArrayList<>();
        ranges.add(new Range(0, otherwise));
        byNumber.forEach((number, rules) -> {
            append(ranges, number, answer(rules, profile.otherwise()));
            append(ranges, number + 1, otherwise);
        });
        return ranges;
    }

    /** Ends the last range where another answer begins. */
    private static void append(List<Range> ranges, int first, List<Instruction> answer) {
        if (ranges.getLast().first() == first) {
            ranges.removeLast();
        }
        if (ranges.isEmpty() || !ranges.getLast().answer().equals(answer)) {
            ranges.add(new Range(first, answer));
        }
    }

    private static List<Instruction> search(List<Range> ranges) {
        if (ranges.size() == 1) {
            return ranges.getFirst().answer();
        }
        int middle = ranges.size() / 2;
        List<Instruction> lower = search(ranges.subList(0, middle));
        List<Instruction> code = new ArrayList<>();
        int first = ranges.get(middle).first();
        if (lower.size() <= FURTHEST) {
            code.add(new Instruction(JUMP_GREATER_OR_EQUAL, lower.size(), 0, first));
        } else {
            code.add(new Instruction(JUMP_GREATER_OR_EQUAL, 0, 1, first));
            code.add(new Instruction(Instruction.JUMP, 0, 0, lower.size()));
        }
        code.addAll(lower);
        code.addAll(search(ranges.subList(middle, ranges.size())));
        return code;
    }

    /**
     * The strictest rule comes first, so the first match decides. What follows an unconditional rule is unreachable.
     */
    private static List<Instruction> answer(List<Rule> rules, Action otherwise) {
        List<Rule> strictest = new ArrayList<>(rules);
        strictest.sort(Comparator.comparing(rule -> rule.action().kind()));
        List<Instruction> code = new ArrayList<>();
        for (Rule rule : strictest) {
            code.addAll(rule(rule));
            if (rule.conditions().isEmpty()) {
                return code;
            }
        }
        code.add(Instruction.answer(otherwise));
        return code;
    }

    private static List<Instruction> rule(Rule rule) {
        List<Instruction> code = new ArrayList<>();
        for (Condition condition : rule.conditions()) {
            List<Instruction> test = test(condition);
            for (int i = 0; i < test.size(); i++) {
                Instruction instruction = test.get(i);
                code.add(new Instruction(
                        instruction.code(),
                        instruction.ifTrue() == PASS ? test.size() - i - 1 : instruction.ifTrue(),
                        instruction.ifFalse() == PASS ? test.size() - i - 1 : instruction.ifFalse(),
                        instruction.operand()));
            }
        }
        code.add(Instruction.answer(rule.action()));
        for (int i = 0; i < code.size(); i++) {
            Instruction instruction = code.get(i);
            int behind = code.size() - i - 1;
            code.set(
                    i,
                    new Instruction(
                            instruction.code(),
                            instruction.ifTrue() == FAIL ? behind : instruction.ifTrue(),
                            instruction.ifFalse() == FAIL ? behind : instruction.ifFalse(),
                            instruction.operand()));
        }
        return code;
    }

    /** Compares an argument by its upper half, and where that does not decide by its lower one. */
    private static List<Instruction> test(Condition condition) {
        int at = Filter.ARGUMENTS + 8 * condition.argument();
        Instruction low = Instruction.load(at);
        Instruction high = Instruction.load(at + 4);
        int lowValue = (int) condition.value();
        int highValue = (int) (condition.value() >>> 32);
        return switch (condition.comparison()) {
            case EQUAL -> List.of(high, jump(JUMP_EQUAL, 0, FAIL, highValue), low, jump(JUMP_EQUAL, 0, FAIL, lowValue));
            case NOT_EQUAL ->
                List.of(high, jump(JUMP_EQUAL, 0, PASS, highValue), low, jump(JUMP_EQUAL, FAIL, 0, lowValue));
            case MASKED_EQUAL ->
                List.of(
                        high,
                        new Instruction(Instruction.AND, 0, 0, (int) (condition.mask() >>> 32)),
                        jump(JUMP_EQUAL, 0, FAIL, highValue),
                        low,
                        new Instruction(Instruction.AND, 0, 0, (int) condition.mask()),
                        jump(JUMP_EQUAL, 0, FAIL, lowValue));
            case GREATER -> above(high, highValue, low, jump(JUMP_GREATER, 0, FAIL, lowValue));
            case GREATER_OR_EQUAL -> above(high, highValue, low, jump(JUMP_GREATER_OR_EQUAL, 0, FAIL, lowValue));
            case LESS -> below(high, highValue, low, jump(JUMP_GREATER_OR_EQUAL, FAIL, 0, lowValue));
            case LESS_OR_EQUAL -> below(high, highValue, low, jump(JUMP_GREATER, FAIL, 0, lowValue));
        };
    }

    private static List<Instruction> above(Instruction high, int value, Instruction low, Instruction last) {
        return List.of(high, jump(JUMP_GREATER, PASS, 0, value), jump(JUMP_EQUAL, 0, FAIL, value), low, last);
    }

    private static List<Instruction> below(Instruction high, int value, Instruction low, Instruction last) {
        return List.of(high, jump(JUMP_GREATER, FAIL, 0, value), jump(JUMP_EQUAL, 0, PASS, value), low, last);
    }

    private static Instruction jump(short code, int ifTrue, int ifFalse, int operand) {
        return new Instruction(code, ifTrue, ifFalse, operand);
    }
}
