package dev.proa.image.project;

import dev.proa.image.JsonDocument;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The command that starts a Node.js application, without a package manager in between, which would keep signals from it.
 *
 * @param environment variables that its script sets
 */
record NodeStart(List<String> command, Map<String, String> environment) {
    /** What only a shell understands. */
    private static final Pattern SHELL = Pattern.compile("[|&;<>()$`\\\\*?\\[\\]~#\"']");

    private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");
    private static final int MAX_SCRIPTS = 10;

    NodeStart {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
    }

    /**
     * Of a script of {@code package.json}.
     *
     * @param scripts by name, for scripts that run another one
     */
    static NodeStart of(String script, Map<String, String> scripts) {
        String line = script.strip();
        for (int i = 0; i < MAX_SCRIPTS; i++) {
            String other = otherScript(line);
            if (other.isEmpty() || !scripts.containsKey(other)) {
                break;
            }
            line = scripts.getOrDefault(other, "").strip();
        }
        if (SHELL.matcher(line).find()) {
            // One command replaces the shell, so that it receives signals itself.
            boolean one = !Pattern.compile("[|&;<>()`]").matcher(line).find();
            return new NodeStart(List.of("sh", "-c", one && !assigns(line) ? "exec " + line : line), Map.of());
        }
        Map<String, String> environment = new LinkedHashMap<>();
        List<String> command = new ArrayList<>();
        for (String word : line.split("\\s+")) {
            if (command.isEmpty() && (word.equals("cross-env") || word.equals("env"))) {
                continue;
            }
            if (command.isEmpty() && ASSIGNMENT.matcher(word).matches()) {
                int at = word.indexOf('=');
                environment.put(word.substring(0, at), word.substring(at + 1));
            } else {
                command.add(word);
            }
        }
        return new NodeStart(command, environment);
    }

    private static boolean assigns(String line) {
        return ASSIGNMENT.matcher(line.split("\\s+", 2)[0]).matches();
    }

    /** The script that {@code npm run NAME} and the like run; empty for other commands. */
    private static String otherScript(String line) {
        String[] words = line.split("\\s+");
        boolean manager = List.of("npm", "pnpm", "yarn").contains(words[0]);
        if (manager && words.length == 3 && words[1].equals("run")) {
            return words[2];
        }
        return manager && words.length == 2 ? words[1] : "";
    }

    /** The program of a package's {@code bin}; empty when there is none or there are several. */
    static String bin(JsonDocument json) {
        if (!json.has("bin")) {
            return "";
        }
        try {
            Map<String, String> bins = json.stringMap("bin");
            return bins.size() == 1 ? bins.values().iterator().next() : "";
        } catch (dev.proa.image.ImageFailure notAnObject) {
            return json.string("bin", "");
        }
    }
}
