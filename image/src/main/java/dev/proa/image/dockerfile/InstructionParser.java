package dev.proa.image.dockerfile;

import dev.proa.api.codec.GoDuration;
import dev.proa.image.dockerfile.Flags.Kind;
import dev.proa.image.dockerfile.Instruction.Argument;
import dev.proa.image.dockerfile.Instruction.Network;
import dev.proa.image.dockerfile.Instruction.Pair;
import dev.proa.image.dockerfile.Instruction.Sources;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Gives statements their meaning: all instructions but {@code FROM}, each with its own rules of arguments. */
final class InstructionParser {
    static final Set<String> KEYWORDS = new TreeSet<>(Set.of(
            "ADD",
            "ARG",
            "CMD",
            "COPY",
            "ENTRYPOINT",
            "ENV",
            "EXPOSE",
            "FROM",
            "HEALTHCHECK",
            "LABEL",
            "MAINTAINER",
            "ONBUILD",
            "RUN",
            "SHELL",
            "STOPSIGNAL",
            "USER",
            "VOLUME",
            "WORKDIR"));

    private static final Map<String, Kind> COPY = Map.of(
            "from", Kind.STRING,
            "chown", Kind.STRING,
            "chmod", Kind.STRING,
            "link", Kind.BOOLEAN,
            "parents", Kind.BOOLEAN,
            "exclude", Kind.STRINGS);

    private static final Map<String, Kind> ADD = Map.of(
            "chown", Kind.STRING,
            "chmod", Kind.STRING,
            "link", Kind.BOOLEAN,
            "keep-git-dir", Kind.BOOLEAN,
            "checksum", Kind.STRING,
            "unpack", Kind.BOOLEAN,
            "exclude", Kind.STRINGS);

    private static final Map<String, Kind> RUN = Map.of(
            "mount", Kind.STRINGS,
            "network", Kind.STRING,
            "security", Kind.STRING,
            "device", Kind.STRINGS);

    private static final Map<String, Kind> HEALTHCHECK = Map.of(
            "interval", Kind.STRING,
            "timeout", Kind.STRING,
            "start-period", Kind.STRING,
            "start-interval", Kind.STRING,
            "retries", Kind.STRING);

    private final char escape;

    InstructionParser(char escape) {
        this.escape = escape;
    }

    Instruction parse(Statement s) {
        return switch (s.keyword().toUpperCase(Locale.ROOT)) {
            case "RUN" -> run(s);
            case "CMD" -> {
                noFlags(s);
                yield new Instruction.Cmd(command(s.rest(), List.of()), s.source());
            }
            case "ENTRYPOINT" -> {
                noFlags(s);
                yield new Instruction.Entrypoint(command(s.rest(), List.of()), s.source());
            }
            case "SHELL" -> shell(s);
            case "ENV" -> new Instruction.Env(pairs(s), s.source());
            case "LABEL" -> new Instruction.Label(pairs(s), s.source());
            case "ARG" -> arg(s);
            case "COPY" -> copy(s);
            case "ADD" -> add(s);
            case "USER" -> new Instruction.User(single(s), s.source());
            case "WORKDIR" -> new Instruction.Workdir(single(s), s.source());
            case "MAINTAINER" -> new Instruction.Maintainer(single(s), s.source());
            // BuildKit ignores flags of STOPSIGNAL and ARG.
            case "STOPSIGNAL" -> new Instruction.StopSignal(exactlyOne(s), s.source());
            case "EXPOSE" -> expose(s);
            case "VOLUME" -> volume(s);
            case "HEALTHCHECK" -> healthcheck(s);
            case "ONBUILD" -> onbuild(s);
            default -> throw unknown(s.keyword());
        };
    }

    private static SyntaxProblem unknown(String keyword) {
        boolean lower = keyword.equals(keyword.toLowerCase(Locale.ROOT));
        Iterable<String> options = KEYWORDS.stream()
                .map(k -> lower ? k.toLowerCase(Locale.ROOT) : k)
                .toList();
        String written = lower ? keyword : keyword.toUpperCase(Locale.ROOT);
        return SyntaxProblem.suggesting("unknown instruction: " + keyword, written, options);
    }

    private static void noFlags(Statement s) {
        Flags.of(s.flags(), Map.of());
    }

    private static String exactlyOne(Statement s) {
        if (s.rest().isEmpty()) {
            throw new SyntaxProblem(s.keyword().toUpperCase(Locale.ROOT) + " requires exactly one argument");
        }
        return s.rest();
    }

    private static String single(Statement s) {
        String argument = exactlyOne(s);
        noFlags(s);
        return argument;
    }

    private static <T> List<T> atLeastOne(Statement s, List<T> arguments) {
        if (arguments.isEmpty()) {
            throw new SyntaxProblem(s.keyword().toUpperCase(Locale.ROOT) + " requires at least one argument");
        }
        return arguments;
    }

    private static Command command(String text, List<Heredoc> heredocs) {
        List<String> json = JsonForm.parse(text);
        return json != null ? new Command.Exec(json) : new Command.Shell(text, heredocs);
    }

    private Instruction run(Statement s) {
        Flags flags = Flags.of(s.flags(), RUN);
        Command command = command(s.rest(), s.heredocs());
        flags.strings("mount").forEach(MountParser::source);
        flags.strings("device").forEach(MountParser::checkDevice);
        Network network = switch (flags.string("network")) {
            case "", "default" -> Network.DEFAULT;
            case "none" -> Network.NONE;
            case "host" -> Network.HOST;
            default ->
                throw new SyntaxProblem(
                        "invalid network mode \"" + flags.string("network") + "\": it is default, none or host");
        };
        boolean insecure = switch (flags.string("security")) {
            case "", "sandbox" -> false;
            case "insecure" -> true;
            default ->
                throw new SyntaxProblem(
                        "security \"" + flags.string("security") + "\" is not valid: it is sandbox or insecure");
        };
        return new Instruction.Run(
                command, flags.strings("mount"), network, insecure, flags.strings("device"), s.source());
    }

    private static Instruction shell(Statement s) {
        noFlags(s);
        List<String> json = JsonForm.parse(s.rest());
        if (json == null && !s.rest().isEmpty()) {
            throw new SyntaxProblem("SHELL requires the arguments to be in JSON form");
        }
        return new Instruction.Shell(atLeastOne(s, json == null ? List.of() : json), s.source());
    }

    private List<Pair> pairs(Statement s) {
        String keyword = s.keyword().toUpperCase(Locale.ROOT);
        List<String> words = Arguments.quoted(s.rest(), escape);
        List<Pair> pairs = new ArrayList<>();
        if (!words.isEmpty() && !words.getFirst().contains("=")) {
            String[] parts = s.rest().split("[\\t\\x0B\\f\\r ]+", 2);
            if (parts.length < 2) {
                throw new SyntaxProblem(keyword + " must have two arguments");
            }
            pairs.add(new Pair(parts[0], parts[1], true));
        } else {
            for (String word : words) {
                int equals = word.indexOf('=');
                if (equals < 0) {
                    throw new SyntaxProblem(
                            "Syntax error - can't find = in \"" + word + "\". Must be of the form: name=value");
                }
                pairs.add(new Pair(word.substring(0, equals), word.substring(equals + 1), false));
            }
        }
        noFlags(s);
        for (Pair pair : atLeastOne(s, pairs)) {
            if (pair.name().isEmpty()) {
                throw new SyntaxProblem(keyword + " names can not be blank");
            }
        }
        return pairs;
    }

    Instruction.Arg arg(Statement s) {
        List<Argument> arguments = new ArrayList<>();
        for (String word : atLeastOne(s, Arguments.quoted(s.rest(), escape))) {
            int equals = word.indexOf('=');
            if (equals == 0) {
                throw new SyntaxProblem("ARG names can not be blank");
            }
            arguments.add(
                    equals < 0
                            ? new Argument(word, null)
                            : new Argument(word.substring(0, equals), word.substring(equals + 1)));
        }
        return new Instruction.Arg(arguments, s.source());
    }

    private static Sources sources(Statement s, List<String> arguments) {
        String keyword = s.keyword().toUpperCase(Locale.ROOT);
        String destination = arguments.getLast();
        if (Heredocs.parseLenient(destination) != null) {
            throw new SyntaxProblem(keyword + " cannot accept a heredoc as a destination");
        }
        Map<String, String> contents = new HashMap<>();
        s.heredocs().forEach(h -> contents.put(h.name(), h.content()));
        List<String> paths = new ArrayList<>();
        List<Heredoc> files = new ArrayList<>();
        for (String source : arguments.subList(0, arguments.size() - 1)) {
            Heredoc h = Heredocs.parseLenient(source);
            if (h == null) {
                paths.add(source);
            } else {
                String content = contents.getOrDefault(h.name(), "");
                files.add(new Heredoc(h.name(), content, h.fileDescriptor(), h.chomp(), h.expand()));
            }
        }
        return new Sources(paths, files, destination);
    }

    private static List<String> sourcesAndDestination(Statement s) {
        List<String> arguments = Arguments.jsonOrAtBlanks(s.rest());
        if (arguments.size() < 2) {
            throw new SyntaxProblem(s.keyword().toUpperCase(Locale.ROOT) + " requires at least two arguments,"
                    + " but only one was provided. Destination could not be determined");
        }
        return arguments;
    }

    private static Instruction copy(Statement s) {
        List<String> arguments = sourcesAndDestination(s);
        Flags flags = Flags.of(s.flags(), COPY);
        return new Instruction.Copy(
                sources(s, arguments),
                flags.string("from"),
                flags.string("chown"),
                flags.string("chmod"),
                flags.is("link"),
                flags.is("parents"),
                flags.strings("exclude"),
                s.source());
    }

    private static Instruction add(Statement s) {
        List<String> arguments = sourcesAndDestination(s);
        Flags flags = Flags.of(s.flags(), ADD);
        return new Instruction.Add(
                sources(s, arguments),
                flags.string("chown"),
                flags.string("chmod"),
                flags.is("link"),
                flags.strings("exclude"),
                flags.string("checksum"),
                flags.given("keep-git-dir"),
                flags.given("unpack"),
                s.source());
    }

    private static Instruction expose(Statement s) {
        List<String> ports = atLeastOne(s, Arguments.atBlanks(s.rest()));
        noFlags(s);
        return new Instruction.Expose(ports.stream().sorted().toList(), s.source());
    }

    private static Instruction volume(Statement s) {
        List<String> paths = atLeastOne(s, Arguments.jsonOrAtBlanks(s.rest()));
        noFlags(s);
        List<String> trimmed = paths.stream().map(Space::trim).toList();
        if (trimmed.contains("")) {
            throw new SyntaxProblem("VOLUME specified can not be an empty string");
        }
        return new Instruction.Volume(trimmed, s.source());
    }

    private static Instruction healthcheck(Statement s) {
        String type = atLeastOne(s, List.of(s.rest().split("[\\s\\x{85}\\x{A0}]+", 2)))
                .getFirst();
        String rest = Space.trimStart(s.rest().substring(type.length()));
        if (type.isEmpty()) {
            throw new SyntaxProblem("HEALTHCHECK requires at least one argument");
        }
        if (type.equalsIgnoreCase("NONE")) {
            if (!rest.isEmpty()) {
                throw new SyntaxProblem("HEALTHCHECK NONE takes no arguments");
            }
            return new Instruction.Healthcheck(
                    null, Duration.ZERO, Duration.ZERO, Duration.ZERO, Duration.ZERO, 0, s.source());
        }
        Flags flags = Flags.of(s.flags(), HEALTHCHECK);
        if (!type.equalsIgnoreCase("CMD")) {
            throw new SyntaxProblem("Unknown type \"" + type.toUpperCase(Locale.ROOT) + "\" in HEALTHCHECK (try CMD)");
        }
        Command command = command(rest, List.of());
        if (rest.isEmpty()
                || (command instanceof Command.Exec exec && exec.arguments().isEmpty())) {
            throw new SyntaxProblem("Missing command after HEALTHCHECK CMD");
        }
        return new Instruction.Healthcheck(
                command,
                interval(flags, "interval"),
                interval(flags, "timeout"),
                interval(flags, "start-period"),
                interval(flags, "start-interval"),
                retries(flags.string("retries")),
                s.source());
    }

    private static Duration interval(Flags flags, String name) {
        String text = flags.string(name);
        Duration duration = text.isEmpty()
                ? Duration.ZERO
                : GoDuration.parse(text)
                        .orElseThrow(() ->
                                new SyntaxProblem("invalid duration \"" + text + "\": write it like 30s or 1m30s"));
        if (!duration.isZero() && duration.compareTo(Duration.ofMillis(1)) < 0) {
            throw new SyntaxProblem("Interval \"" + name + "\" cannot be less than 1ms");
        }
        return duration;
    }

    private static int retries(String text) {
        try {
            int retries = text.isEmpty() ? 0 : Integer.parseInt(text);
            if (retries < 0) {
                throw new SyntaxProblem("--retries cannot be negative (" + retries + ")");
            }
            return retries;
        } catch (NumberFormatException e) {
            throw new SyntaxProblem("--retries is not a number: " + text);
        }
    }

    /** Checks the inner instruction as far as BuildKit does: its words, not its flags and arguments. */
    private Instruction onbuild(Statement s) {
        Statement inner = s.nested();
        if (inner == null) {
            throw new SyntaxProblem("ONBUILD requires at least one argument");
        }
        noFlags(s);
        String keyword = inner.keyword().toUpperCase(Locale.ROOT);
        switch (keyword) {
            case "ONBUILD" -> throw new SyntaxProblem("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed");
            case "MAINTAINER", "FROM" -> throw new SyntaxProblem(keyword + " isn't allowed as an ONBUILD trigger");
            case "ENV", "LABEL" -> pairs(inner);
            default -> {}
        }
        StringBuilder trigger = new StringBuilder(inner.source().text());
        for (Heredoc heredoc : s.heredocs()) {
            trigger.append('\n').append(heredoc.content()).append(heredoc.name());
        }
        return new Instruction.Onbuild(trigger.toString(), s.source());
    }
}
