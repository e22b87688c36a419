package dev.proa.node.linux.seccomp;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.node.linux.Architecture;
import dev.proa.node.linux.Capability;
import dev.proa.node.linux.seccomp.Condition.Comparison;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads profiles as OCI runtimes (runtime-spec 1.2, {@code linux.seccomp}) and Docker ({@code archMap}, {@code includes}, {@code
 * excludes}) write them. They mean what they mean to runc:
 *
 * <ul>
 *   <li>A rule with the default action has no effect.
 *   <li>Conditions of one rule must all hold, unless two are about the same argument: then any of them is enough.
 *   <li>Names that the architecture does not have are ignored; an unknown name in a rule that denies is an error here.
 *   <li>Rules are for the machine's own processor. Programs for other ones, which {@code architectures} may name, are killed.
 * </ul>
 *
 * Anything that cannot be enforced or parsed is an error.
 */
public final class ProfileReader {
    private static final int EPERM = 1;
    private static final Set<String> PROFILE_FIELDS =
            Set.of("defaultAction", "defaultErrnoRet", "architectures", "archMap", "flags", "syscalls", "comment");
    private static final Set<String> RULE_FIELDS =
            Set.of("name", "names", "action", "errnoRet", "args", "comment", "includes", "excludes");
    private static final Set<String> ARGUMENT_FIELDS = Set.of("index", "value", "valueTwo", "op");
    private static final Set<String> CHOICE_FIELDS = Set.of("caps", "arches", "minKernel");
    private static final Set<String> ARCHITECTURES = Set.of(
            "X86",
            "X86_64",
            "X32",
            "ARM",
            "AARCH64",
            "MIPS",
            "MIPS64",
            "MIPS64N32",
            "MIPSEL",
            "MIPSEL64",
            "MIPSEL64N32",
            "PPC",
            "PPC64",
            "PPC64LE",
            "S390",
            "S390X",
            "PARISC",
            "PARISC64",
            "RISCV64",
            "LOONGARCH64",
            "M68K",
            "SH",
            "SHEB");

    /**
     * The container that a profile is read for.
     *
     * @param capabilities those in the container's bounding set
     * @param kernel its release: {@code 6.1.0-13-amd64}
     */
    public record Container(Set<Capability> capabilities, Architecture architecture, String kernel) {
        public Container {
            capabilities = Set.copyOf(capabilities);
        }
    }

    private final String name;
    private final Container container;
    private final List<Rule> rules = new ArrayList<>();
    private Action otherwise = Action.KILL_PROCESS;

    private ProfileReader(String name, Container container) {
        this.name = name;
        this.container = container;
    }

    /**
     * Reads a profile.
     *
     * @param name for messages
     * @throws InvalidProfileException when it is malformed or cannot be enforced
     */
    public static Profile read(String name, byte[] json, Container container) throws InvalidProfileException {
        return new ProfileReader(name, container).profile(decode(json));
    }

    private static MapValue decode(byte[] json) throws InvalidProfileException {
        List<String> repeated = new ArrayList<>();
        try {
            if (!(Json.decode(json, repeated::add) instanceof MapValue map)) {
                throw new InvalidProfileException("it is not a JSON object");
            }
            if (!repeated.isEmpty()) {
                throw new InvalidProfileException("it has " + repeated.getFirst() + " twice");
            }
            return map;
        } catch (DecodeException e) {
            throw new InvalidProfileException("it is not JSON: " + e.getMessage());
        }
    }

    private Profile profile(MapValue json) throws InvalidProfileException {
        onlyFields(json, PROFILE_FIELDS, "");
        otherwise = action(json, "defaultAction", "defaultErrnoRet");
        architectures(json);
        int flags = flags(strings(json, "flags"));
        for (MapValue rule : maps(json, "syscalls")) {
            onlyFields(rule, RULE_FIELDS, "syscalls.");
            if (chosen(rule)) {
                rule(rule);
            }
        }
        return new Profile(name, otherwise, rules, flags);
    }

    private static void architectures(MapValue json) throws InvalidProfileException {
        List<String> named = new ArrayList<>(strings(json, "architectures"));
        List<MapValue> map = maps(json, "archMap");
        if (!named.isEmpty() && !map.isEmpty()) {
            throw new InvalidProfileException("it has both architectures and archMap");
        }
        for (MapValue entry : map) {
            onlyFields(entry, Set.of("architecture", "subArchitectures"), "archMap.");
            named.add(string(entry, "architecture"));
            named.addAll(strings(entry, "subArchitectures"));
        }
        for (String architecture : named) {
            if (!architecture.startsWith("SCMP_ARCH_")
                    || !ARCHITECTURES.contains(architecture.substring("SCMP_ARCH_".length()))) {
                throw new InvalidProfileException("architecture " + architecture + " is not known");
            }
        }
    }

    private static int flags(List<String> names) throws InvalidProfileException {
        int flags = names.isEmpty() ? Profile.SPEC_ALLOW : 0;
        for (String flag : names) {
            flags |= switch (flag) {
                case "SECCOMP_FILTER_FLAG_LOG" -> Profile.LOG;
                case "SECCOMP_FILTER_FLAG_SPEC_ALLOW" -> Profile.SPEC_ALLOW;
                case "SECCOMP_FILTER_FLAG_TSYNC" -> 0; // a container starts with one thread
                default -> throw new InvalidProfileException("flag " + flag + " is not supported");
            };
        }
        return flags;
    }

    private void rule(MapValue json) throws InvalidProfileException {
        List<String> names = new ArrayList<>(strings(json, "names"));
        if (json.get("name") != null) {
            if (!names.isEmpty()) {
                throw new InvalidProfileException("a rule has both name and names");
            }
            names.add(string(json, "name"));
        }
        if (names.isEmpty()) {
            throw new InvalidProfileException("a rule has no names");
        }
        Action action = action(json, "action", "errnoRet");
        List<Condition> conditions = new ArrayList<>();
        for (MapValue argument : maps(json, "args")) {
            conditions.add(condition(argument));
        }
        if (action.equals(otherwise)) {
            return;
        }
        for (String call : names) {
            if (!CallNumbers.isKnown(call) && action.kind().compareTo(otherwise.kind()) < 0) {
                throw new InvalidProfileException("there is no system call " + call + ", which it refuses");
            }
            add(call, action, conditions);
        }
    }

    private void add(String call, Action action, List<Condition> conditions) {
        Set<Integer> arguments = new HashSet<>();
        boolean all = conditions.stream().allMatch(condition -> arguments.add(condition.argument()));
        if (all) {
            rules.add(new Rule(call, action, conditions));
        } else {
            conditions.forEach(condition -> rules.add(new Rule(call, action, List.of(condition))));
        }
    }

    private static Action action(MapValue json, String field, String errnoField) throws InvalidProfileException {
        String text = string(json, field);
        boolean refusing = text.equals("SCMP_ACT_ERRNO") || text.equals("SCMP_ACT_TRACE");
        if (json.get(errnoField) != null && !refusing) {
            throw new InvalidProfileException(errnoField + " means nothing with " + text);
        }
        int errno = (int) number(json, errnoField, EPERM, Action.MAX_ERRNO);
        return switch (text) {
            case "SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD" -> new Action(Action.Kind.KILL_THREAD, 0);
            case "SCMP_ACT_KILL_PROCESS" -> Action.KILL_PROCESS;
            case "SCMP_ACT_TRAP" -> new Action(Action.Kind.TRAP, 0);
            case "SCMP_ACT_ERRNO" -> Action.errno(errno);
            case "SCMP_ACT_TRACE" -> new Action(Action.Kind.TRACE, errno);
            case "SCMP_ACT_LOG" -> Action.LOG;
            case "SCMP_ACT_ALLOW" -> Action.ALLOW;
            case "SCMP_ACT_NOTIFY" ->
                throw new InvalidProfileException("action SCMP_ACT_NOTIFY is not supported: there is nobody to notify");
            default -> throw new InvalidProfileException(field + " " + text + " is not known");
        };
    }

    private static Condition condition(MapValue json) throws InvalidProfileException {
        onlyFields(json, ARGUMENT_FIELDS, "syscalls.args.");
        int index = (int) number(json, "index", 0, 5);
        long value = number(json, "value", 0, Long.MAX_VALUE);
        long second = number(json, "valueTwo", 0, Long.MAX_VALUE);
        String op = string(json, "op");
        Comparison comparison = switch (op) {
            case "SCMP_CMP_NE" -> Comparison.NOT_EQUAL;
            case "SCMP_CMP_LT" -> Comparison.LESS;
            case "SCMP_CMP_LE" -> Comparison.LESS_OR_EQUAL;
            case "SCMP_CMP_EQ" -> Comparison.EQUAL;
            case "SCMP_CMP_GE" -> Comparison.GREATER_OR_EQUAL;
            case "SCMP_CMP_GT" -> Comparison.GREATER;
            case "SCMP_CMP_MASKED_EQ" -> Comparison.MASKED_EQUAL;
            default -> throw new InvalidProfileException("op " + op + " is not known");
        };
        return comparison == Comparison.MASKED_EQUAL
                ? new Condition(index, comparison, second, value)
                : new Condition(index, comparison, value);
    }

    /** Whether a rule applies to this container, by Docker's includes and excludes. */
    private boolean chosen(MapValue rule) throws InvalidProfileException {
        MapValue includes = choice(rule, "includes");
        MapValue excludes = choice(rule, "excludes");
        List<String> needed = strings(includes, "arches");
        return !strings(excludes, "arches").contains(architecture())
                && strings(excludes, "caps").stream().noneMatch(this::has)
                && !(excludes.get("minKernel") != null && isAtLeast(string(excludes, "minKernel")))
                && (needed.isEmpty() || needed.contains(architecture()))
                && strings(includes, "caps").stream().allMatch(this::has)
                && !(includes.get("minKernel") != null && !isAtLeast(string(includes, "minKernel")));
    }

    private static MapValue choice(MapValue rule, String field) throws InvalidProfileException {
        MapValue choice = switch (rule.get(field)) {
            case null -> MapValue.EMPTY;
            case MapValue map -> map;
            default -> throw new InvalidProfileException(field + " is not an object");
        };
        onlyFields(choice, CHOICE_FIELDS, field + ".");
        return choice;
    }

    /** The architecture's name in Go. */
    private String architecture() {
        return switch (container.architecture()) {
            case X86_64 -> "amd64";
            case AARCH64 -> "arm64";
        };
    }

    private boolean has(String capability) {
        return Capability.named(capability)
                .filter(container.capabilities()::contains)
                .isPresent();
    }

    private boolean isAtLeast(String version) throws InvalidProfileException {
        if (!version.matches("\\d{1,4}\\.\\d{1,4}")) {
            throw new InvalidProfileException("minKernel " + version + " is not a version such as 4.8");
        }
        String[] wanted = version.split("\\.");
        String[] actual = container.kernel().split("[^0-9]");
        int major = Integer.compare(Integer.parseInt(actual[0]), Integer.parseInt(wanted[0]));
        return major > 0 || major == 0 && Integer.parseInt(actual[1]) >= Integer.parseInt(wanted[1]);
    }

    private static void onlyFields(MapValue json, Set<String> known, String path) throws InvalidProfileException {
        for (var field : json) {
            if (!known.contains(field.getKey()) && field.getValue() != null) {
                throw new InvalidProfileException("field " + path + field.getKey() + " is not supported");
            }
        }
    }

    private static String string(MapValue json, String field) throws InvalidProfileException {
        if (json.get(field) instanceof String text) {
            return text;
        }
        throw new InvalidProfileException(field + (json.get(field) == null ? " is missing" : " is not a string"));
    }

    private static long number(MapValue json, String field, long otherwise, long most) throws InvalidProfileException {
        Object value = json.get(field);
        if (value == null) {
            return otherwise;
        }
        if (value instanceof Long number && number >= 0 && number <= most) {
            return number;
        }
        throw new InvalidProfileException(field + " is not a number from 0 to " + most + ": " + value);
    }

    private static List<String> strings(MapValue json, String field) throws InvalidProfileException {
        List<String> texts = new ArrayList<>();
        for (Object item : list(json, field)) {
            if (!(item instanceof String text)) {
                throw new InvalidProfileException(field + " is not a list of strings");
            }
            texts.add(text);
        }
        return texts;
    }

    private static List<MapValue> maps(MapValue json, String field) throws InvalidProfileException {
        List<MapValue> maps = new ArrayList<>();
        for (Object item : list(json, field)) {
            if (!(item instanceof MapValue map)) {
                throw new InvalidProfileException(field + " is not a list of objects");
            }
            maps.add(map);
        }
        return maps;
    }

    private static List<? extends @Nullable Object> list(MapValue json, String field) throws InvalidProfileException {
        return switch (json.get(field)) {
            case null -> List.of();
            case ListValue list -> list;
            default -> throw new InvalidProfileException(field + " is not a list");
        };
    }
}
