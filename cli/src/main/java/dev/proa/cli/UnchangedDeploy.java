package dev.proa.cli;

import dev.proa.api.codec.DecodeException;
import dev.proa.api.codec.Json;
import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.client.Client;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * A deployment that has nothing to do, looked at by the cluster's server, which has all classes loaded and its objects at hand. A command
 * asks by the {@link CommandSocket}; if the server does not answer, since something is to be done or it sees another machine than the
 * command, the command goes on by itself.
 */
final class UnchangedDeploy {
    /** The first line of a question. */
    static final String QUESTION = "deploy\n";

    /** Bytes of a question; an environment that is longer is not asked about. */
    static final int MOST_BYTES = 64 << 10;

    /** The usual patience; a folder that takes longer to read is not worth to be read twice. */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private UnchangedDeploy() {}

    /**
     * Asks the server, and prints its answer.
     *
     * @param words of the command line, after {@code proa}
     * @param patience how long to wait for an answer
     * @return false when nothing was printed, and the command must be run
     */
    static boolean ask(
            List<String> words, Caller self, boolean coloured, Duration patience, PrintStream out, PrintStream err) {
        String name = name(words);
        if (!words.getFirst().equals("deploy")
                || words.stream().anyMatch(word -> word.startsWith("@")) // files with more of them
                || !NameOption.isValid(name)) {
            return false;
        }
        MapValue question = MapValue.of(
                "words", ListValue.copyOf(words.subList(1, words.size())), "caller", self.json(), "coloured", coloured);
        byte[] bytes = (QUESTION + Json.toString(question)).getBytes(StandardCharsets.UTF_8);
        Path socket = new Home(Path.of(self.home())).cluster(name).socket();
        String told = bytes.length > MOST_BYTES ? "" : SocketClient.ask(socket, bytes, patience.toMillis(), true);
        if (told.isEmpty()) {
            return false;
        }
        try {
            MapValue answer = Json.decodeMap(told);
            err.print(answer.string("err"));
            err.flush();
            out.print(answer.string("out"));
            out.flush();
            return true;
        } catch (DecodeException e) {
            return false; // the server is of a version that knows no such question
        }
    }

    private static String name(List<String> words) {
        for (int i = 0; i < words.size(); i++) {
            if (words.get(i).startsWith("--name=")) {
                return words.get(i).substring("--name=".length());
            }
            if (words.get(i).equals("--name") && i + 1 < words.size()) {
                return words.get(i + 1);
            }
        }
        return NameOption.USUAL;
    }

    /** Answers the questions of commands; in the server. */
    static final class Answers {
        private static final Logger LOG = LoggerFactory.getLogger(UnchangedDeploy.class);

        private final ClusterHome home;
        private final Client client;
        private final Caller self;
        /** Whoever finds it taken does not wait: by itself, the command is as quick. */
        private final Semaphore free = new Semaphore(1);

        /**
         * @param client acts as administrator, and is not closed
         * @param self this server
         */
        Answers(ClusterHome home, Client client, Caller self) {
            this.home = home;
            this.client = client;
            this.self = self;
        }

        /**
         * Looks whether a deployment has nothing to do.
         *
         * @param question without its first line
         * @return what the command prints, as JSON; empty when the command must be run
         */
        String to(String question, ClusterHome.Running running) {
            if (!free.tryAcquire()) {
                return "";
            }
            try {
                MapValue asked = Json.decodeMap(question);
                Caller caller = Caller.of(asked.map("caller"));
                DeployCommand command = caller.like(self) ? parse(asked.list("words"), caller) : null;
                if (command == null) {
                    return "";
                }
                StringWriter out = new StringWriter();
                StringWriter err = new StringWriter();
                boolean unchanged = command.look(
                        new DeployCommand.Look(home, running, client, caller),
                        new PrintWriter(out),
                        new PrintWriter(err),
                        new Style(asked.bool("coloured")));
                return unchanged ? Json.toString(MapValue.of("out", out.toString(), "err", err.toString())) : "";
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "";
            } catch (IOException | RuntimeException e) {
                if (e instanceof RuntimeException bug && !Main.understood(bug)) {
                    LOG.warn("cannot look at a deployment", e);
                }
                return ""; // the command will tell
            } finally {
                free.release();
            }
        }

        private static @Nullable DeployCommand parse(ListValue words, Caller caller) {
            List<String> arguments = new ArrayList<>();
            words.forEach(word -> arguments.add(String.valueOf(word)));
            Path directory = Path.of(caller.directory());
            DeployCommand command = new DeployCommand();
            CommandLine line = new CommandLine(command)
                    .setCaseInsensitiveEnumValuesAllowed(true)
                    .setExpandAtFiles(false)
                    .registerConverter(Path.class, directory::resolve);
            try {
                line.parseArgs(arguments.toArray(String[]::new));
            } catch (ParameterException e) {
                return null;
            }
            return line.isUsageHelpRequested() || line.isVersionHelpRequested() ? null : command;
        }
    }
}
