package dev.proa.image.dockerfile;

import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.image.ImageFailure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Answers the questions of {@code src/test/oracle} by Proa's parser, in the same form. */
final class Answers {
    private Answers() {}

    /** The answer as JSON; only {@code error} if there is one. */
    static MapValue to(MapValue question) {
        Map<String, @Nullable Object> answer;
        try {
            answer = answer(question);
        } catch (SyntaxProblem | ImageFailure e) {
            answer = Map.of("error", Objects.toString(e.getMessage()));
        }
        return (MapValue) Objects.requireNonNull(Json.decode(Json.encode(answer)));
    }

    private static Map<String, @Nullable Object> answer(MapValue question) {
        String text = string(question, "text");
        return switch (string(question, "kind")) {
            case "dockerfile" -> dockerfile(text);
            case "word", "words", "content" -> words(question, text);
            case "mount" -> mount(text);
            case "ignore" -> ignore(text, strings(question, "paths"));
            case "match" ->
                Map.of("match", Glob.matches(text, strings(question, "paths").getFirst()));
            default -> throw new IllegalArgumentException(question.toString());
        };
    }

    private static String string(MapValue value, String name) {
        return value.get(name) instanceof String string ? string : "";
    }

    private static List<String> strings(MapValue value, String name) {
        return value.get(name) instanceof ListValue list
                ? list.stream().map(Objects::toString).toList()
                : List.of();
    }

    private static Map<String, @Nullable Object> words(MapValue question, String text) {
        String escape = string(question, "escape");
        Map<String, String> env = new TreeMap<>();
        if (question.get("env") instanceof MapValue given) {
            given.asMap().forEach((name, value) -> env.put(name, Objects.toString(value)));
        }
        Map<String, Object> unset = new TreeMap<>();
        Expander expander = new Words(escape.isEmpty() ? '\\' : escape.charAt(0)).expander(name -> {
            if (!env.containsKey(name)) {
                unset.put(name, true);
            }
            return env.get(name);
        });
        return switch (string(question, "kind")) {
            case "words" -> Map.of("words", expander.words(text));
            // BuildKit takes content with the escape character asked for; here it is the backslash in each case.
            case "content" -> Map.of("word", expander.content(text), "unset", unset);
            default -> Map.of("word", expander.word(text), "unset", unset);
        };
    }

    private static Map<String, @Nullable Object> ignore(String text, List<String> paths) {
        IgnoreFile file = IgnoreFile.parse(text.getBytes(StandardCharsets.UTF_8), ".dockerignore");
        return Map.of("excluded", paths.stream().map(file::excludes).toList());
    }

    private static Map<String, @Nullable Object> mount(String text) {
        Dockerfile file = Dockerfile.parse(
                ("FROM scratch\nRUN --mount=" + text + " true").getBytes(StandardCharsets.UTF_8), "Dockerfile");
        Instruction.Run run =
                (Instruction.Run) file.stages().getFirst().instructions().getFirst();
        Mount mount = run.mounts(new AsWritten()).getFirst();
        return switch (mount) {
            case Mount.Bind(var target, var from, var source, var writable) ->
                Map.of("type", "bind", "target", target, "from", from, "source", source, "readOnly", !writable);
            case Mount.Cache(var target, var id, var sharing, var from, var source, var ownership, var readOnly) -> {
                Map<String, @Nullable Object> out = new LinkedHashMap<>(ownership(ownership));
                out.put("type", "cache");
                out.putAll(Map.of("target", target, "from", from, "source", source, "readOnly", readOnly));
                out.putAll(Map.of("id", id, "sharing", sharing.name().toLowerCase(Locale.ROOT)));
                yield out;
            }
            case Mount.Tmpfs(var target, var size) -> Map.of("type", "tmpfs", "target", target, "size", size);
            case Mount.Secret(var id, var target, var env, var required, var ownership) -> {
                Map<String, @Nullable Object> out = new LinkedHashMap<>(ownership(ownership));
                out.put("env", env);
                out.put("target", target == null ? "" : target);
                out.putAll(Map.of("type", "secret", "id", id, "required", required));
                yield out;
            }
            case Mount.Ssh(var target, var id, var required, var ownership) -> {
                Map<String, @Nullable Object> out = new LinkedHashMap<>(ownership(ownership));
                out.putAll(Map.of("type", "ssh", "target", target, "id", id, "required", required));
                yield out;
            }
        };
    }

    private static Map<String, @Nullable Object> ownership(Mount.Ownership ownership) {
        return Map.of("mode", ownership.mode(), "uid", ownership.uid(), "gid", ownership.gid());
    }

    /** Expands nothing. */
    private static final class AsWritten implements Expander {
        @Override
        public String word(String word) {
            return word;
        }

        @Override
        public List<String> words(String word) {
            return List.of(word);
        }

        @Override
        public String content(String content) {
            return content;
        }
    }

    private static Map<String, @Nullable Object> dockerfile(String text) {
        Dockerfile file = Dockerfile.parse(text.getBytes(StandardCharsets.UTF_8), "Dockerfile");
        List<Object> stages = new ArrayList<>();
        for (Stage stage : file.stages()) {
            stages.add(Map.of(
                    "name",
                    stage.name(),
                    "image",
                    stage.image(),
                    "platform",
                    stage.platform(),
                    "instructions",
                    stage.instructions().stream().map(Answers::instruction).toList(),
                    "lines",
                    lines(stage.source())));
        }
        return Map.of(
                "args", file.globalArgs().stream().map(Answers::instruction).toList(), "stages", stages);
    }

    private static List<Integer> lines(Source source) {
        return List.of(source.location().line(), source.location().endLine());
    }

    private static Map<String, @Nullable Object> instruction(Instruction instruction) {
        Map<String, @Nullable Object> out = new LinkedHashMap<>();
        switch (instruction) {
            case Instruction.Run run -> {
                out.put("run", run.network().name().toLowerCase(Locale.ROOT));
                out.put("security", run.insecure() ? "insecure" : "sandbox");
                out.put("mounts", run.mounts().size());
                command(run.command(), out);
            }
            case Instruction.Cmd cmd -> {
                out.put("cmd", true);
                command(cmd.command(), out);
            }
            case Instruction.Entrypoint entrypoint -> {
                out.put("entrypoint", true);
                command(entrypoint.command(), out);
            }
            case Instruction.Shell shell -> out.put("setShell", shell.arguments());
            case Instruction.Env env -> out.put("env", pairs(env.variables()));
            case Instruction.Label label -> out.put("label", pairs(label.labels()));
            case Instruction.Arg arg ->
                out.put(
                        "arg",
                        arg.arguments().stream()
                                .map(a -> ListValue.of(a.name(), a.value()))
                                .toList());
            case Instruction.Copy copy -> {
                sources(copy.sources(), out);
                out.put("copy", copy.from());
                owner(copy.chown(), copy.chmod(), copy.link(), copy.excludes(), out);
                out.put("parents", copy.parents());
            }
            case Instruction.Add add -> {
                sources(add.sources(), out);
                out.put("add", add.checksum());
                owner(add.chown(), add.chmod(), add.link(), add.excludes(), out);
                out.put("keepGitDir", add.keepGitDir());
                out.put("unpack", add.unpack());
            }
            case Instruction.User user -> out.put("user", user.user());
            case Instruction.Workdir workdir -> out.put("workdir", workdir.path());
            case Instruction.Expose expose -> out.put("expose", expose.ports());
            case Instruction.Volume volume -> out.put("volume", volume.paths());
            case Instruction.StopSignal signal -> out.put("stopSignal", signal.signal());
            case Instruction.Healthcheck check -> healthcheck(check, out);
            case Instruction.Onbuild onbuild -> out.put("onbuild", onbuild.trigger());
            case Instruction.Maintainer maintainer -> out.put("maintainer", maintainer.name());
        }
        out.put("lines", lines(instruction.source()));
        return out;
    }

    private static void owner(
            String chown, String chmod, boolean link, List<String> excludes, Map<String, @Nullable Object> out) {
        out.put("chown", chown);
        out.put("chmod", chmod);
        out.put("link", link);
        out.put("excludes", excludes);
    }

    private static void command(Command command, Map<String, @Nullable Object> out) {
        switch (command) {
            case Command.Exec(var arguments) -> out.put("exec", arguments);
            case Command.Shell(var line, var heredocs) -> {
                out.put("shell", line);
                out.put(
                        "files",
                        heredocs.stream()
                                .map(h -> List.of(h.name(), h.content(), h.chomp()))
                                .toList());
            }
        }
    }

    private static List<Object> pairs(List<Instruction.Pair> pairs) {
        return pairs.stream()
                .<Object>map(p -> List.of(p.name(), p.value(), p.legacy()))
                .toList();
    }

    private static void sources(Instruction.Sources sources, Map<String, @Nullable Object> out) {
        out.put("sources", sources.paths());
        out.put(
                "files",
                sources.files().stream()
                        .map(f -> List.of(f.name(), f.text(), f.expand()))
                        .toList());
        out.put("destination", sources.destination());
    }

    private static void healthcheck(Instruction.Healthcheck check, Map<String, @Nullable Object> out) {
        List<String> test = new ArrayList<>();
        switch (check.command()) {
            case null -> test.add("NONE");
            case Command.Exec(var arguments) -> {
                test.add("CMD");
                test.addAll(arguments);
            }
            case Command.Shell(var line, var heredocs) -> {
                assert heredocs.isEmpty();
                test.addAll(List.of("CMD-SHELL", line));
            }
        }
        out.put("healthcheck", test);
        out.put("interval", check.interval().toNanos());
        out.put("timeout", check.timeout().toNanos());
        out.put("startPeriod", check.startPeriod().toNanos());
        out.put("startInterval", check.startInterval().toNanos());
        out.put("retries", check.retries());
    }

    /** Whether two answers agree: both are errors, or all that ours tells is the same. */
    static boolean agree(MapValue ours, MapValue original) {
        if (ours.string("error").contains("syntax error in pattern")) {
            return true; // The original says so only once it comes to match with that pattern.
        }
        if (ours.has("error") || original.has("error")) {
            return ours.has("error") == original.has("error");
        }
        return ours.asMap().keySet().stream().allMatch(k -> Objects.equals(ours.get(k), original.get(k)));
    }
}
