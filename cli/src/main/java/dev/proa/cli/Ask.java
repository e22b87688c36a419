package dev.proa.cli;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A fast entry point for read-only commands: version, help, {@code list}, {@code status} and {@code kubeconfig},
 * without loading the libraries of the other commands. The launcher starts here for these; any command line that this
 * class does not parse goes to {@link Main}, which gives the same output.
 */
public final class Ask {
    private static final int NOT_UNDERSTOOD = -1;

    private Ask() {}

    public static void main(String[] arguments) {
        Main.logNothing();
        int exit = answer(arguments);
        System.exit(exit == NOT_UNDERSTOOD ? Main.run(arguments) : exit);
    }

    /** Runs the command; returns an {@link Exit}, or {@link #NOT_UNDERSTOOD} without output. */
    static int answer(String... arguments) {
        List<String> words = List.of(arguments);
        PrintWriter out = new PrintWriter(System.out, false);
        try {
            String first = words.isEmpty() ? "help" : words.getFirst();
            return switch (first) {
                case "-V", "--version" -> words.size() == 1 ? say(Main.VERSION, out) : NOT_UNDERSTOOD;
                case "help", "-h", "--help" ->
                    words.size() <= 2 ? help(words.size() < 2 ? "" : words.get(1), out) : NOT_UNDERSTOOD;
                default ->
                    words.size() == 2
                                    && (words.get(1).equals("--help")
                                            || words.get(1).equals("-h"))
                            ? help(first, out)
                            : ask(first, words.subList(1, words.size()), out);
            };
        } finally {
            out.flush();
        }
    }

    private static int say(String text, PrintWriter out) {
        out.println(text);
        return Exit.OK;
    }

    /** Prints the help that {@link HelpTexts} wrote when Proa was built. */
    private static int help(String command, PrintWriter out) {
        Path text = HelpTexts.file(command);
        if (text == null || !Files.isRegularFile(text)) {
            return NOT_UNDERSTOOD;
        }
        try {
            String coloured = Files.readString(text);
            out.print(Style.of(System.getenv()).coloured() ? coloured : coloured.replaceAll("\u001b\\[[0-9;]*m", ""));
            return Exit.OK;
        } catch (IOException e) {
            return NOT_UNDERSTOOD;
        }
    }

    private static int ask(String command, List<String> rest, PrintWriter out) {
        String name = option(rest, "--name", "--name", NameOption.USUAL);
        String format = option(rest, "-o", "--output", "");
        boolean named = rest.contains("--name");
        if (name == null || format == null || rest.size() != (named ? 2 : 0) + (format.isEmpty() ? 0 : 2)) {
            return NOT_UNDERSTOOD;
        }
        boolean json = format.equals("json");
        try {
            return switch (command) {
                case "list" ->
                    named
                            ? NOT_UNDERSTOOD
                            : ClusterList.print(Home.of(System.getenv()), OutputOption.json(format), out);
                case "status" -> StatusCommand.print(NameOption.home(name), OutputOption.json(format), out);
                case "kubeconfig" ->
                    format.isEmpty() ? KubeconfigCommand.print(NameOption.home(name), out) : NOT_UNDERSTOOD;
                default -> NOT_UNDERSTOOD;
            };
        } catch (Failure failure) {
            System.err.println(Main.PREFIX + failure.getMessage());
            if (json) {
                out.println(Json.toString(MapValue.of("error", failure.getMessage(), "exit", (long) failure.exit())));
            }
            return failure.exit();
        } catch (IOException | RuntimeException e) {
            return NOT_UNDERSTOOD; // Main explains why
        }
    }

    /** The value of an option; null when it is missing or given twice. */
    private static @Nullable String option(List<String> words, String name, String alias, String usual) {
        int at = Math.max(words.indexOf(name), words.indexOf(alias));
        if (at < 0) {
            return usual;
        }
        boolean last = at + 1 >= words.size()
                || words.get(at + 1).isEmpty()
                || words.get(at + 1).startsWith("-");
        return last ? null : words.get(at + 1);
    }
}
