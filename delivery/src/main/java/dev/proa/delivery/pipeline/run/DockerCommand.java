package dev.proa.delivery.pipeline.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A call of {@code docker} as the runner understands it: those commands of it that pipelines build and push images with. */
sealed interface DockerCommand {
    /**
     * {@code docker build} and {@code docker buildx build}.
     *
     * @param context folder of the build, or {@code -} for a Dockerfile on standard input
     * @param file of the Dockerfile; empty for the usual one
     * @param push whether the image is pushed by its tags at once
     */
    record Build(
            String context,
            String file,
            List<String> tags,
            Map<String, String> arguments,
            Map<String, String> labels,
            String target,
            boolean noCache,
            boolean push,
            boolean quiet)
            implements DockerCommand {
        public Build {
            tags = List.copyOf(tags);
            arguments = Map.copyOf(arguments);
            labels = Map.copyOf(labels);
        }
    }

    /** {@code docker push}. */
    record Push(String image) implements DockerCommand {}

    /** {@code docker tag}. */
    record Tag(String image, String as) implements DockerCommand {}

    /** @param registry empty for Docker Hub */
    record Login(String registry) implements DockerCommand {}

    /** What has nothing to be done for, and what it prints. */
    record Nothing(String prints) implements DockerCommand {}

    /** What is not understood; the message says why, and what to do. */
    record Refused(String message) implements DockerCommand {}

    /** Reads the words after {@code docker}. */
    static DockerCommand parse(List<String> words) {
        List<String> rest = new ArrayList<>(words);
        if (!rest.isEmpty()
                && (rest.getFirst().equals("image") || rest.getFirst().equals("buildx"))) {
            rest.removeFirst();
        }
        String command = rest.isEmpty() ? "" : rest.removeFirst();
        try {
            return switch (command) {
                case "build" -> build(rest);
                case "push" -> push(rest);
                case "tag" ->
                    rest.size() == 2
                            ? new Tag(rest.getFirst(), rest.getLast())
                            : new Refused("docker tag takes an image and its new name");
                case "login" -> login(rest);
                case "logout" -> new Nothing("Removing login credentials\n");
                case "version", "--version", "-v" -> new Nothing("Docker version 28.0.0, build proa\n");
                case "info", "create", "use", "inspect", "ls", "rmi", "prune" -> new Nothing("");
                default ->
                    new Refused(
                            "docker " + command
                                    + " is not available in pipelines: images are built here by build, tag, push and login; containers beside a job are its services");
            };
        } catch (IllegalArgumentException e) {
            return new Refused("docker " + command + ": " + e.getMessage());
        }
    }

    private static DockerCommand push(List<String> rest) {
        List<String> names = rest.stream().filter(word -> !word.startsWith("-")).toList();
        return names.size() == 1 ? new Push(names.getFirst()) : new Refused("docker push takes the name of an image");
    }

    private static DockerCommand login(List<String> rest) {
        String registry = "";
        for (int i = 0; i < rest.size(); i++) {
            String word = rest.get(i);
            if (List.of("-u", "--username", "-p", "--password").contains(word)) {
                i++;
            } else if (!word.startsWith("-")) {
                registry = word;
            }
        }
        return new Login(registry.replaceFirst("^https?://", "").replaceFirst("/.*", ""));
    }

    private static DockerCommand build(List<String> words) {
        List<String> tags = new ArrayList<>();
        Map<String, String> arguments = new LinkedHashMap<>();
        Map<String, String> labels = new LinkedHashMap<>();
        String file = "";
        String target = "";
        String context = "";
        boolean noCache = false;
        boolean push = false;
        boolean quiet = false;
        List<String> rest = new ArrayList<>(words);
        while (!rest.isEmpty()) {
            String word = rest.removeFirst();
            int equals = word.startsWith("--") ? word.indexOf('=') : -1;
            String option = equals < 0 ? word : word.substring(0, equals);
            if (equals >= 0) {
                rest.addFirst(word.substring(equals + 1));
            }
            switch (option) {
                case "-t", "--tag" -> tags.add(value(option, rest));
                case "-f", "--file" -> file = value(option, rest);
                case "--target" -> target = value(option, rest);
                case "--build-arg" -> put(arguments, value(option, rest));
                case "--label" -> put(labels, value(option, rest));
                case "--no-cache" -> noCache = flag(equals, rest);
                case "--push" -> push = flag(equals, rest);
                case "-q", "--quiet" -> quiet = flag(equals, rest);
                case "--load", "--pull", "--rm", "--force-rm" -> flag(equals, rest);
                // What says how BuildKit keeps its cache and its records, which are others here.
                case "--cache-from", "--cache-to", "--progress", "--provenance", "--sbom", "--builder", "--platform" ->
                    value(option, rest);
                default -> {
                    if (word.startsWith("-") && !word.equals("-")) {
                        throw new IllegalArgumentException("the option " + option + " is not understood");
                    }
                    context = word;
                }
            }
        }
        if (context.isEmpty()) {
            throw new IllegalArgumentException("the folder to build is missing, as in: docker build -t NAME .");
        }
        return new Build(context, file, tags, arguments, labels, target, noCache, push, quiet);
    }

    private static boolean flag(int equals, List<String> rest) {
        return equals < 0 || Boolean.parseBoolean(rest.removeFirst());
    }

    private static String value(String option, List<String> rest) {
        if (rest.isEmpty()) {
            throw new IllegalArgumentException("the option " + option + " has no value");
        }
        return rest.removeFirst();
    }

    private static void put(Map<String, String> to, String pair) {
        int equals = pair.indexOf('=');
        to.put(equals < 0 ? pair : pair.substring(0, equals), equals < 0 ? "" : pair.substring(equals + 1));
    }
}
