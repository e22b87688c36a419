package dev.proa.delivery;

import dev.proa.api.core.v1.Container;
import dev.proa.api.core.v1.PodSpec;
import dev.proa.api.value.Quantity;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Suggests to a user what to do about a problem whose cause is known. */
final class Advice {
    /** A refused probe; Proa's own nodes add where the processes of the pod listen instead. */
    private static final Pattern REFUSED = Pattern.compile("dial tcp \\S*:(\\d+): connect: connection refused"
            + "(?: \\(in the pod, (?:(nothing) listens|what listens: ([^)]*))\\))?");

    private final String project;
    private final String folder;
    private final boolean generated;

    /**
     * @param project folder of the application
     * @param generated whether its manifests are generated
     */
    Advice(Path project, boolean generated) {
        this(project.toString(), project.resolve("k8s").toString(), generated);
    }

    private Advice(String project, String folder, boolean generated) {
        this.project = project;
        this.folder = folder;
        this.generated = generated;
    }

    /** For an application whose folder is not known. */
    static Advice general() {
        return new Advice("FOLDER", "its manifest", false);
    }

    /**
     * Lines of advice; none when there is none to give.
     *
     * @param pod as its template has it
     * @param troubles the problems of its pods
     * @param warnings messages of Warning events about them
     */
    List<String> on(PodSpec pod, List<RolloutProblem> troubles, List<String> warnings) {
        List<String> lines = new ArrayList<>();
        for (Container container : pod.containers()) {
            if (troubles.stream()
                    .anyMatch(trouble -> trouble.container().equals(container.name()) && memory(trouble))) {
                lines.add(memory(container));
            }
        }
        boolean crashed = troubles.stream().anyMatch(Advice::crashed);
        lines.addAll(lines.isEmpty() && !crashed ? ports(warnings) : List.of());
        return lines;
    }

    /**
     * Whether the container ended by itself, which is then why nothing listens. A failed liveness probe ends it with a
     * signal.
     */
    private static boolean crashed(RolloutProblem trouble) {
        return trouble.what().contains("exit code ") && !trouble.what().matches(".*exit code (143|137)\\b.*");
    }

    private static boolean memory(RolloutProblem trouble) {
        return trouble.what().contains("OOMKilled") || trouble.said().contains("OutOfMemoryError");
    }

    private String memory(Container container) {
        Quantity limit = container.resources().limits().get("memory");
        String has = "container " + container.name()
                + (limit == null
                        ? " has no limit of memory, so its node had no more"
                        : " may use " + limit + " of memory");
        String raise = "limits.memory of its resources";
        return has + ", and needs more: "
                + (generated
                        ? "write its manifests down with \"mkdir -p " + folder + " && proa manifests " + project + " > "
                                + folder + "/app.yaml" + "\", raise " + raise + " there"
                        : "raise " + raise + " in " + folder)
                + ", and deploy again";
    }

    private List<String> ports(List<String> warnings) {
        String expected = "";
        boolean nothing = false;
        Set<String> found = new TreeSet<>();
        for (String warning : warnings) {
            Matcher refused = REFUSED.matcher(warning);
            if (refused.find()) {
                expected = refused.group(1);
                nothing |= refused.group(2) != null;
                if (refused.group(3) != null) {
                    found.addAll(List.of(refused.group(3).split(", ")));
                }
            }
        }
        if (expected.isEmpty()) {
            return List.of();
        }
        if (found.contains("127.0.0.1:" + expected)) {
            return List.of("it listens on 127.0.0.1:" + expected
                    + ", where only its own pod reaches it: have it listen on 0.0.0.0, all addresses");
        }
        String other = found.stream()
                .filter(port -> port.startsWith("*:"))
                .findFirst()
                .orElse("")
                .replace("*:", "");
        String where = !other.isEmpty()
                ? ", and listens on port " + other
                : nothing ? ", and nothing listens there or elsewhere; it may need more time, or else" : "";
        String say = generated
                ? "have it listen on the port that the environment names as PORT, or say which one it takes: proa deploy "
                        + project + " --port " + (other.isEmpty() ? "PORT" : other)
                : "have it listen there, or write its port as containerPort in " + folder
                        + ", and as targetPort of its service";
        return List.of("it is expected on port " + expected + where + ": " + say);
    }
}
