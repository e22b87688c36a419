package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.Problem;
import dev.proa.delivery.pipeline.RepositoryFiles;
import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.pipeline.yaml.YamlTree;
import dev.proa.delivery.workflow.Scalars.Where;
import dev.proa.delivery.workflow.expression.Template;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An action of the repository itself, as its {@code action.yml} has it.
 *
 * @param folder relative to the repository's root
 * @param inputs defaults by name in lower case; inputs without have {@link Dynamic#NOTHING}
 * @param outputs of composite actions
 */
record ActionFile(String folder, String name, Map<String, Dynamic> inputs, Map<String, Dynamic> outputs, Runs runs) {
    /** What it does. */
    sealed interface Runs {
        /** Steps. */
        record Composite(List<Workflow.StepSpec> steps) implements Runs {}

        /** A program for node. */
        record JavaScript(String node, String main, String post, Optional<Template> postCondition) implements Runs {}

        /** A container; {@code image} is one of a registry, {@code dockerfile} one to be built. */
        record Docker(
                String image,
                String dockerfile,
                String entrypoint,
                Dynamic arguments,
                Dynamic env,
                String postEntrypoint,
                Optional<Template> postCondition)
                implements Runs {}
    }

    /** Reads {@code folder/action.yml} or {@code action.yaml}; null when there is none, or when it is broken. */
    static @Nullable ActionFile read(String folder, RepositoryFiles files, List<Problem> problems) {
        for (String name : List.of("action.yml", "action.yaml")) {
            String path = folder.isEmpty() ? name : folder + "/" + name;
            byte[] bytes = files.read(path);
            if (bytes != null) {
                List<Problem> own = new ArrayList<>();
                ActionFile action = YamlTree.read(path, bytes, YamlTree.Dialect.GITHUB, own)
                        .map(root -> read(folder, root, new YamlReader(path, own)))
                        .orElse(null);
                problems.addAll(own);
                return own.isEmpty() ? action : null;
            }
        }
        problems.add(new Problem(
                folder, 1, 1, "there is no action.yml in " + (folder.isEmpty() ? "the repository's root" : folder)));
        return null;
    }

    private static ActionFile read(String folder, YamlNode root, YamlReader reader) {
        Scalars scalars = new Scalars(reader);
        YamlNode.Mapping map = reader.mapping(root, "an action");
        reader.knows(
                map, "an action", Set.of("name", "author", "description", "inputs", "outputs", "runs", "branding"));
        Map<String, Dynamic> inputs = new LinkedHashMap<>();
        reader.mapping(map.get("inputs"), "inputs").entries().forEach((name, node) -> {
            YamlNode.Mapping input = reader.mapping(node, "the input " + name);
            inputs.put(name.toLowerCase(Locale.ROOT), scalars.dynamic(input.get("default"), Where.STEP));
        });
        Map<String, Dynamic> outputs = new LinkedHashMap<>();
        reader.mapping(map.get("outputs"), "outputs").entries().forEach((name, node) -> {
            YamlNode.Mapping output = reader.mapping(node, "the output " + name);
            outputs.put(name, scalars.dynamic(output.get("value"), Where.STEP));
        });
        return new ActionFile(
                folder,
                reader.text(map.get("name"), "name"),
                inputs,
                outputs,
                runs(reader.mapping(map.get("runs"), "runs"), folder, reader, scalars));
    }

    private static Runs runs(YamlNode.Mapping map, String folder, YamlReader reader, Scalars scalars) {
        String using = reader.text(map.get("using"), "using").toLowerCase(Locale.ROOT);
        if (using.equals("composite")) {
            reader.knows(map, "runs", Set.of("using", "steps"));
            return new Runs.Composite(new StepReader(reader, scalars).read(map.get("steps"), true));
        }
        if (using.equals("docker")) {
            return docker(map, folder, reader, scalars);
        }
        if (!using.matches("node[0-9]+")) {
            reader.problem(
                    map.keyPlace("using"), "an action runs by composite, docker or node20, not by '" + using + "'");
        } else if (map.get("main") == null) {
            reader.problem(map.place(), "the action has no main");
        }
        return new Runs.JavaScript(
                using,
                reader.text(map.get("main"), "main"),
                reader.text(map.get("post"), "post"),
                scalars.condition(map.get("post-if"), Where.STEP_IF));
    }

    private static Runs docker(YamlNode.Mapping map, String folder, YamlReader reader, Scalars scalars) {
        reader.knows(
                map,
                "runs",
                Set.of(
                        "using",
                        "image",
                        "env",
                        "entrypoint",
                        "args",
                        "pre-entrypoint",
                        "pre-if",
                        "post-entrypoint",
                        "post-if"));
        String image = reader.text(map.get("image"), "image");
        if (image.isEmpty()) {
            reader.problem(map.place(), "the action has no image");
        }
        boolean pulled = image.startsWith("docker://");
        return new Runs.Docker(
                pulled ? image.substring("docker://".length()) : "",
                pulled ? "" : (folder.isEmpty() ? image : folder + "/" + image),
                reader.text(map.get("entrypoint"), "entrypoint"),
                scalars.dynamic(map.get("args"), Where.STEP),
                scalars.dynamic(map.get("env"), Where.STEP),
                reader.text(map.get("post-entrypoint"), "post-entrypoint"),
                scalars.condition(map.get("post-if"), Where.STEP_IF));
    }
}
