package dev.proa.delivery.pipeline.run;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * The process of a step in its container: started detached, with output and exit code in files, so that whoever follows it may come and go. All methods may be called
 * again after a restart.
 *
 * <pre>
 *   CONTROL/steps/ID/run        what is run
 *                    out        its output, standard output and error alike
 *                    pid        of its process group
 *                    exit       its exit code, once it has ended
 *   CONTROL/requests/ID/        what a tool in the container asks of the runner ({@link ToolRequest})
 * </pre>
 */
final class StepProcess {
    /** Starts it once: the folder {@code started} is made by one of several who try. */
    private static final String START = """
            d=$1
            mkdir "$d/started" 2>/dev/null || exit 0
            : > "$d/out"
            cat > "$d/wrap" <<'END'
            echo $$ > "$1/pid"
            sh "$1/run" > "$1/out" 2>&1 < /dev/null
            echo $? > "$1/exit.new"
            mv "$1/exit.new" "$1/exit"
            END
            if command -v setsid > /dev/null 2>&1; then
              setsid sh "$d/wrap" "$d" > /dev/null 2>&1 < /dev/null &
            else
              sh "$d/wrap" "$d" > /dev/null 2>&1 < /dev/null &
            fi
            """;

    /** Prints what comes, more seldom looking when nothing does; names requests of tools on standard error, those again that are not answered. */
    private static final String FOLLOW = """
            d=$1; n=$2; r=$3; e=; idle=0
            for q in "$r"/*/taken; do
              if [ -e "$q" ]; then mv "$q" "${q%/taken}/new"; fi
            done
            while :; do
              if [ -e "$d/exit" ]; then e=1; fi
              s=$(wc -c < "$d/out") || exit 125
              if [ "$s" -ge "$n" ]; then
                tail -c "+$n" "$d/out" | head -c $((s - n + 1)); n=$((s + 1)); idle=0
              fi
              for q in "$r"/*/new; do
                if [ -e "$q" ]; then mv "$q" "${q%/new}/taken"; q=${q%/new}; echo "${q##*/}" >&2; fi
              done
              if [ -n "$e" ]; then break; fi
              idle=$((idle + 1))
              if [ $idle -lt 30 ]; then sleep 0.1; else sleep 0.5; fi
            done
            """;

    /** Ends all processes of the group, if it has one of its own, else the one that was started. Neither dash nor busybox takes "--" after the signal. */
    private static final String KILL = """
            d=$1; p=$(cat "$d/pid" 2>/dev/null) || exit 0
            if [ -e "$d/exit" ]; then exit 0; fi
            kill -"$2" "-$p" 2>/dev/null || kill -"$2" "$p" 2>/dev/null || true
            if [ "$2" = KILL ] && [ ! -e "$d/exit" ]; then echo 137 > "$d/exit.new"; mv "$d/exit.new" "$d/exit"; fi
            """;

    /** The shell of steps that name none: {@code sh} where there is no bash. */
    private static final String ANY_SHELL = "bash -e {0}";

    private final JobContainer container;
    private final String folder;

    /** @param id of the step in its job: letters, digits and dashes */
    StepProcess(JobContainer container, String id) {
        this.container = container;
        this.folder = container.control() + "/steps/" + id;
    }

    /**
     * Starts it unless it was started before.
     *
     * @param path folders that go before those of {@code PATH}
     * @param command words of the shell's command line, as {@code bash -e {0}}, in which {@code {0}} is the file of the script
     */
    void start(
            String script, String command, String workingDirectory, Map<String, String> environment, List<String> path)
            throws IOException, InterruptedException {
        String file = folder + "/script";
        StringBuilder run = new StringBuilder();
        environment.forEach((name, value) -> {
            if (name.matches("[A-Za-z_][A-Za-z0-9_]*")) { // sh cannot export others
                run.append("export ")
                        .append(name)
                        .append('=')
                        .append(quoted(value))
                        .append('\n');
            }
        });
        if (!path.isEmpty()) {
            run.append("export PATH=").append(quoted(String.join(":", path))).append(":\"$PATH\"\n");
        }
        run.append("cd ").append(quoted(workingDirectory)).append(" || exit 1\n");
        if (command.equals(ANY_SHELL)) {
            run.append("command -v bash > /dev/null 2>&1 || exec sh -e ")
                    .append(quoted(file))
                    .append('\n');
        }
        run.append("exec ").append(command.replace("{0}", quoted(file))).append('\n');
        container.write(file, script.getBytes(StandardCharsets.UTF_8), "0755");
        container.write(folder + "/run", run.toString().getBytes(StandardCharsets.UTF_8), "0600");
        container.sh(START, folder);
    }

    /** Quotes a text for {@code sh}. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /**
     * Follows it to its end.
     *
     * @param output receives what it writes, from the beginning
     * @param requests is told the ids of requests that tools make, on the thread of this call: it must not block
     * @return its exit code
     * @throws dev.proa.client.Transport.TransportException when the connection broke; {@code output} may then be given to another call with
     *     what it has got
     */
    int follow(Counted output, Consumer<String> requests) throws IOException, InterruptedException {
        RequestLines lines = new RequestLines(requests);
        int exit = container.exec(
                FOLLOW,
                InputStream.nullInputStream(),
                output,
                lines,
                folder,
                Long.toString(output.count + 1),
                container.control() + "/requests");
        if (exit != 0) {
            throw new JobContainer.CommandFailure("the step's output cannot be read (" + exit + "): " + lines.rest());
        }
        String code = container.sh("cat \"$1/exit\"", folder).strip();
        return Integer.parseInt(code);
    }

    /** Sends a signal, as {@code TERM}; after {@code KILL} it counts as ended. */
    void signal(String signal) throws IOException, InterruptedException {
        container.sh(KILL, folder, signal);
    }

    /** A stream that counts what went through it. */
    static final class Counted extends FilterOutputStream {
        private long count;

        Counted(OutputStream to) {
            super(to);
        }

        @Override
        public void write(int one) throws IOException {
            out.write(one);
            count++;
        }

        @Override
        public void write(byte[] bytes, int start, int length) throws IOException {
            out.write(bytes, start, length);
            count += length;
        }
    }

    /** Takes lines of ids. */
    private static final class RequestLines extends OutputStream {
        private static final int MOST_CHARACTERS = 1000;
        private final Consumer<String> to;
        private final StringBuilder line = new StringBuilder();
        private String last = "";

        RequestLines(Consumer<String> to) {
            this.to = to;
        }

        @Override
        public void write(int one) {
            if (one != '\n') {
                if (line.length() < MOST_CHARACTERS) {
                    line.append((char) (one & 0xff));
                }
                return;
            }
            last = line.toString();
            line.setLength(0);
            if (last.matches("[A-Za-z0-9]{1,40}")) {
                to.accept(last);
            }
        }

        String rest() {
            return line.isEmpty() ? last : line.toString();
        }
    }
}
