package dev.proa.image.dockerfile;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * An instruction of a stage. Strings are as written until {@link #expand} was called; those that are absent are empty,
 * unless said otherwise.
 */
public sealed interface Instruction {
    Source source();

    /**
     * This instruction with variables expanded wherever BuildKit expands them, and quotes removed there.
     *
     * @throws SyntaxProblem if a word has an error, such as {@code ${X:?message}} of an unset variable
     */
    default Instruction expand(Expander expander) {
        return this;
    }

    /** The keyword in upper case. */
    default String keyword() {
        return getClass().getSimpleName().toUpperCase(Locale.ROOT);
    }

    /**
     * A variable or label.
     *
     * @param legacy whether it is written as {@code ENV name value}
     */
    record Pair(String name, String value, boolean legacy) {
        Pair expand(Expander expander) {
            return new Pair(expander.word(name), expander.word(value), legacy);
        }
    }

    /** A build argument; {@code value} is its default, null if it has none. */
    record Argument(String name, @Nullable String value) {}

    /**
     * What {@code COPY} and {@code ADD} take and where it goes.
     *
     * @param paths sources, possibly with wildcards or, for {@code ADD}, URLs
     * @param files sources that are heredocs
     */
    record Sources(List<String> paths, List<Heredoc> files, String destination) {
        public Sources {
            paths = List.copyOf(paths);
            files = List.copyOf(files);
        }

        Sources expand(Expander expander) {
            return new Sources(
                    each(paths, expander::word),
                    files.stream()
                            .map(f -> f.expand()
                                    ? new Heredoc(f.name(), expander.content(f.text()), f.fileDescriptor(), false, true)
                                    : f)
                            .toList(),
                    expander.word(destination));
        }
    }

    /** The network of a {@code RUN}. */
    enum Network {
        DEFAULT,
        NONE,
        HOST
    }

    /**
     * @param mounts the values of {@code --mount} as written; {@link #mounts(Expander)} is what they mean
     * @param insecure whether {@code --security=insecure} asks for all capabilities
     * @param devices the values of {@code --device} as written
     */
    record Run(
            Command command,
            List<String> mounts,
            Network network,
            boolean insecure,
            List<String> devices,
            Source source)
            implements Instruction {
        public Run {
            mounts = List.copyOf(mounts);
            devices = List.copyOf(devices);
        }

        /** The line for progress: the instruction, and how its script starts if that is a heredoc. */
        public String title() {
            if (!(command instanceof Command.Shell shell)
                    || shell.heredocs().isEmpty()
                    || Heredocs.parseLenient(shell.line()) == null) {
                return source.text();
            }
            String script = Space.trim(shell.heredocs().getFirst().content());
            int end = script.indexOf('\n');
            return source.text() + " ("
                    + (end < 0 ? script : script.substring(0, end).stripTrailing() + "...") + ")";
        }

        /** The stages and images that mounts take files from; these cannot have variables. */
        public List<String> mountSources() {
            return mounts.stream()
                    .map(MountParser::source)
                    .filter(s -> !s.isEmpty())
                    .distinct()
                    .toList();
        }

        /**
         * The mounts, in order.
         *
         * @throws SyntaxProblem if one is malformed
         */
        public List<Mount> mounts(Expander expander) {
            List<Mount> parsed = new ArrayList<>();
            int ssh = 0;
            for (String mount : mounts) {
                parsed.add(MountParser.parse(mount, expander, ssh));
                ssh += parsed.getLast() instanceof Mount.Ssh ? 1 : 0;
            }
            return List.copyOf(parsed);
        }
    }

    record Cmd(Command command, Source source) implements Instruction {}

    /** An empty exec form resets it. */
    record Entrypoint(Command command, Source source) implements Instruction {}

    /** The shell of shell forms that follow; never empty. */
    record Shell(List<String> arguments, Source source) implements Instruction {
        public Shell {
            arguments = List.copyOf(arguments);
        }
    }

    record Env(List<Pair> variables, Source source) implements Instruction {
        public Env {
            variables = List.copyOf(variables);
        }

        @Override
        public Env expand(Expander expander) {
            return new Env(variables.stream().map(v -> v.expand(expander)).toList(), source);
        }
    }

    record Label(List<Pair> labels, Source source) implements Instruction {
        public Label {
            labels = List.copyOf(labels);
        }

        @Override
        public Label expand(Expander expander) {
            return new Label(labels.stream().map(l -> l.expand(expander)).toList(), source);
        }
    }

    /**
     * Declares build arguments. {@link Scope#apply} gives them their values, one after the other, so that one may
     * refer to those before it.
     */
    record Arg(List<Argument> arguments, Source source) implements Instruction {
        public Arg {
            arguments = List.copyOf(arguments);
        }
    }

    /**
     * @param from a stage's name or index, or an image; empty for the context. It has no variables.
     * @param chown {@code user[:group]}
     * @param chmod octal or symbolic
     * @param link whether it is a layer of its own, whatever lies below
     * @param parents whether sources keep their folders, from {@code /./} on if that is in the source
     * @param excludes patterns of paths to leave out
     */
    record Copy(
            Sources sources,
            String from,
            String chown,
            String chmod,
            boolean link,
            boolean parents,
            List<String> excludes,
            Source source)
            implements Instruction {
        public Copy {
            excludes = List.copyOf(excludes);
        }

        @Override
        public Copy expand(Expander expander) {
            return new Copy(
                    sources.expand(expander),
                    from,
                    expander.word(chown),
                    expander.word(chmod),
                    link,
                    parents,
                    excludes,
                    source);
        }
    }

    /**
     * Like {@link Copy}, and downloads URLs and unpacks archives.
     *
     * @param checksum the digest that a downloaded file must have
     * @param keepGitDir whether a cloned repository keeps {@code .git}; null if not said
     * @param unpack whether archives are unpacked; null for those of the context only
     */
    record Add(
            Sources sources,
            String chown,
            String chmod,
            boolean link,
            List<String> excludes,
            String checksum,
            @Nullable Boolean keepGitDir,
            @Nullable Boolean unpack,
            Source source)
            implements Instruction {
        public Add {
            excludes = List.copyOf(excludes);
        }

        @Override
        public Add expand(Expander expander) {
            return new Add(
                    sources.expand(expander),
                    expander.word(chown),
                    expander.word(chmod),
                    link,
                    excludes,
                    expander.word(checksum),
                    keepGitDir,
                    unpack,
                    source);
        }
    }

    record User(String user, Source source) implements Instruction {
        @Override
        public User expand(Expander expander) {
            return new User(expander.word(user), source);
        }
    }

    record Workdir(String path, Source source) implements Instruction {
        @Override
        public Workdir expand(Expander expander) {
            return new Workdir(expander.word(path), source);
        }
    }

    /** Ports as written, sorted. */
    record Expose(List<String> ports, Source source) implements Instruction {
        public Expose {
            ports = List.copyOf(ports);
        }

        /**
         * The ports as {@code 80/tcp}, once this is expanded; ranges are all of their ports.
         *
         * @throws SyntaxProblem if one is not {@code PORT[-PORT][/tcp|udp|sctp]}
         */
        public Set<String> exposed() {
            Set<String> exposed = new LinkedHashSet<>();
            ports.forEach(port -> Ports.add(port, exposed));
            return exposed;
        }

        @Override
        public Expose expand(Expander expander) {
            return new Expose(
                    ports.stream().flatMap(p -> expander.words(p).stream()).toList(), source);
        }
    }

    record Volume(List<String> paths, Source source) implements Instruction {
        public Volume {
            paths = List.copyOf(paths);
        }

        @Override
        public Volume expand(Expander expander) {
            return new Volume(each(paths, expander::word), source);
        }
    }

    record StopSignal(String signal, Source source) implements Instruction {
        @Override
        public StopSignal expand(Expander expander) {
            return new StopSignal(expander.word(signal), source);
        }
    }

    /**
     * Durations are zero and {@code retries} is 0 where the runtime's defaults apply.
     *
     * @param command null for {@code NONE}
     */
    record Healthcheck(
            @Nullable Command command,
            Duration interval,
            Duration timeout,
            Duration startPeriod,
            Duration startInterval,
            int retries,
            Source source)
            implements Instruction {}

    /** An instruction for builds on this image, in the form that {@link Dockerfile#parseTrigger} reads. */
    record Onbuild(String trigger, Source source) implements Instruction {}

    record Maintainer(String name, Source source) implements Instruction {}

    private static List<String> each(List<String> words, UnaryOperator<String> change) {
        return words.stream().map(change).toList();
    }
}
