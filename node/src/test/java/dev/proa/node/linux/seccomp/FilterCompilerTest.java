package dev.proa.node.linux.seccomp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.proa.node.Tries;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.seccomp.Condition.Comparison;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FilterCompilerTest {
    private static final String[] CALLS = {
        "read",
        "write",
        "open",
        "openat",
        "close",
        "clone",
        "clone3",
        "socket",
        "personality",
        "mseal",
        "io_setup",
        "io_destroy",
        "setxattr",
        "getpid",
        "chown32"
    };
    private static final long[] WORDS = {0, 1, 2, 38, 39, 40, 0xffff_ffffL, 1L << 32, 1L << 63, -1, 0x7fff_ffff_ffffL};

    @Test
    void meansWhatTheProfileMeans() {
        Tries.run(2000, random -> {
            Architecture architecture = Tries.pick(random, Architecture.values());
            Profile profile = profile(random);
            Filter filter = FilterCompiler.compile(profile, architecture);
            for (int i = 0; i < 100; i++) {
                int number = number(random, architecture);
                long[] arguments = random.longs(6).toArray();
                for (int j = 0; j < 6; j++) {
                    arguments[j] = word(random);
                }
                assertThat(filter.run(FilterCompiler.auditNumber(architecture), number, arguments))
                        .as("%s of %s on %s: %s", number, profile, architecture, arguments)
                        .isEqualTo(meaning(profile, architecture, number, arguments)
                                .word());
            }
        });
    }

    /** What a profile says, without any regard to speed. */
    private static Action meaning(Profile profile, Architecture architecture, int number, long[] arguments) {
        if (architecture == Architecture.X86_64 && number >= 0x4000_0000) {
            return Action.errno(38);
        }
        return profile.rules().stream()
                .filter(rule -> CallNumbers.of(rule.call(), architecture).orElse(-1) == number)
                .filter(rule -> rule.conditions().stream().allMatch(condition -> holds(condition, arguments)))
                .map(Rule::action)
                .min(Comparator.comparing(Action::kind))
                .orElse(profile.otherwise());
    }

    private static boolean holds(Condition condition, long[] arguments) {
        long argument = arguments[condition.argument()];
        int order = Long.compareUnsigned(argument, condition.value());
        return switch (condition.comparison()) {
            case NOT_EQUAL -> order != 0;
            case LESS -> order < 0;
            case LESS_OR_EQUAL -> order <= 0;
            case EQUAL -> order == 0;
            case GREATER_OR_EQUAL -> order >= 0;
            case GREATER -> order > 0;
            case MASKED_EQUAL -> (argument & condition.mask()) == condition.value();
        };
    }

    private static Profile profile(Random random) {
        List<Rule> rules = new ArrayList<>();
        for (int i = random.nextInt(20); i > 0; i--) {
            List<Condition> conditions = new ArrayList<>();
            for (int j = Math.max(0, random.nextInt(9) - 2); j > 0 && conditions.size() < 6; j--) {
                Comparison comparison = Tries.pick(random, Comparison.values());
                long mask = comparison == Comparison.MASKED_EQUAL ? word(random) : -1;
                conditions.add(new Condition(random.nextInt(6), comparison, word(random) & mask, mask));
            }
            rules.add(new Rule(Tries.pick(random, CALLS), action(random), conditions));
        }
        return new Profile("random", action(random), rules, 0);
    }

    private static Action action(Random random) {
        Action.Kind kind = Tries.pick(random, Action.Kind.values());
        boolean carriesData = kind == Action.Kind.ERRNO || kind == Action.Kind.TRACE;
        return new Action(kind, carriesData ? random.nextInt(4096) : 0);
    }

    private static long word(Random random) {
        return random.nextInt(4) == 0 ? random.nextLong() : WORDS[random.nextInt(WORDS.length)];
    }

    private static int number(Random random, Architecture architecture) {
        int named = CallNumbers.of(Tries.pick(random, CALLS), architecture).orElse(3);
        return switch (random.nextInt(4)) {
            case 0 -> random.nextInt(600);
            case 1 -> Math.max(0, named + random.nextInt(3) - 1);
            default -> named;
        };
    }

    @Test
    void refusesOtherNumberings() throws InvalidProfileException {
        Profile all = new Profile("all", Action.ALLOW, List.of(), 0);
        Filter x86 = FilterCompiler.compile(all, Architecture.X86_64);
        int own = FilterCompiler.auditNumber(Architecture.X86_64);
        int i386 = 0x4000_0003;
        assertThat(x86.run(own, 39)).isEqualTo(Action.ALLOW.word());
        assertThat(x86.run(own, 0x4000_0000 | 39)).isEqualTo(Action.errno(38).word());
        assertThat(x86.run(own, -1)).isEqualTo(Action.errno(38).word());
        assertThat(x86.run(i386, 20)).isEqualTo(Action.KILL_PROCESS.word());
        assertThat(FilterCompiler.compile(all, Architecture.AARCH64).run(own, 39))
                .isEqualTo(Action.KILL_PROCESS.word());
    }

    @Test
    void jumpsFurtherThanAComparisonCan() throws InvalidProfileException {
        List<Rule> rules = new ArrayList<>();
        for (String call : List.of("read", "openat", "clone")) {
            IntStream.range(0, 100)
                    .mapToObj(i -> new Rule(
                            call,
                            Action.errno(i),
                            List.of(new Condition(0, Comparison.EQUAL, i), new Condition(1, Comparison.EQUAL, i))))
                    .forEach(rules::add);
        }
        Filter filter = FilterCompiler.compile(new Profile("long", Action.ALLOW, rules, 0), Architecture.AARCH64);
        int own = FilterCompiler.auditNumber(Architecture.AARCH64);
        for (int number : new int[] {63, 56, 220}) {
            assertThat(filter.run(own, number, 99, 99))
                    .isEqualTo(Action.errno(99).word());
            assertThat(filter.run(own, number, 99, 98)).isEqualTo(Action.ALLOW.word());
        }
        assertThat(filter.run(own, 400)).isEqualTo(Action.ALLOW.word());
    }

    @Test
    void saysWhenTheKernelWouldNotTakeIt() {
        List<Rule> rules = IntStream.range(0, 1000)
                .mapToObj(i -> new Rule("read", Action.ALLOW, List.of(new Condition(0, Comparison.EQUAL, i))))
                .toList();
        Profile profile = new Profile("endless", Action.errno(1), rules, 0);
        assertThatThrownBy(() -> FilterCompiler.compile(profile, Architecture.X86_64))
                .isInstanceOf(InvalidProfileException.class)
                .hasMessage("it takes 5010 instructions, of which the kernel takes 4096");
    }
}
