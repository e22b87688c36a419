package dev.proa.delivery.workflow;

import dev.proa.delivery.pipeline.yaml.YamlNode;
import dev.proa.delivery.pipeline.yaml.YamlReader;
import dev.proa.delivery.workflow.Scalars.Where;
import dev.proa.delivery.workflow.Workflow.StepSpec;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads steps. */
final class StepReader {
    private static final Set<String> KEYS = Set.of(
            "id",
            "if",
            "name",
            "uses",
            "run",
            "working-directory",
            "shell",
            "with",
            "env",
            "continue-on-error",
            "timeout-minutes");

    private final YamlReader reader;
    private final Scalars scalars;

    StepReader(YamlReader reader, Scalars scalars) {
        this.reader = reader;
        this.scalars = scalars;
    }

    /** @param composite whether they are those of a composite action, where each script names its shell */
    List<StepSpec> read(@Nullable YamlNode node, boolean composite) {
        List<StepSpec> steps = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (YamlNode item : reader.items(node)) {
            YamlNode.Mapping map = reader.mapping(item, "a step");
            reader.knows(map, "a step", KEYS);
            String id = reader.text(map.get("id"), "id");
            if (!id.isEmpty() && !id.matches("[A-Za-z_][A-Za-z0-9_-]*")) {
                reader.problem(
                        map.keyPlace("id"),
                        "the id '" + id
                                + "' is invalid: it starts with a letter or _, and has letters, digits, - and _");
            } else if (!id.isEmpty() && !ids.add(id.toLowerCase(Locale.ROOT))) {
                reader.problem(map.keyPlace("id"), "the id '" + id + "' is that of another step");
            }
            steps.add(step(map, id, composite));
        }
        return steps;
    }

    private StepSpec step(YamlNode.Mapping map, String id, boolean composite) {
        boolean runs = map.get("run") != null;
        String uses = reader.text(map.get("uses"), "uses");
        if (runs == (map.get("uses") != null)) {
            reader.problem(map.place(), "a step has either run or uses");
        }
        if (!uses.isEmpty() && !uses.startsWith("./") && !uses.startsWith("docker://") && !uses.contains("@")) {
            reader.problem(map.keyPlace("uses"), "the action '" + uses + "' has no version, as in owner/name@v1");
        }
        if (uses.contains("${{")) {
            reader.problem(map.keyPlace("uses"), "uses cannot have expressions");
        }
        for (String key : runs ? List.of("with") : List.of("shell", "working-directory")) {
            if (map.get(key) != null) {
                reader.problem(map.keyPlace(key), key + " is for steps with " + (runs ? "uses" : "run"));
            }
        }
        if (composite && runs && map.get("shell") == null) {
            reader.problem(map.place(), "a script of a composite action needs shell, as: shell: bash");
        }
        Map<String, Dynamic> with = new LinkedHashMap<>();
        scalars.entries(reader.mapping(map.get("with"), "with"), Where.STEP)
                .forEach((name, value) -> with.put(name.toLowerCase(Locale.ROOT), value));
        return new StepSpec(
                map.place(),
                id,
                scalars.template(map.get("name"), "name", Where.STEP),
                scalars.condition(map.get("if"), Where.STEP_IF),
                runs ? scalars.template(map.get("run"), "run", Where.STEP) : java.util.Optional.empty(),
                uses,
                with,
                scalars.dynamic(map.get("env"), Where.STEP),
                scalars.template(map.get("shell"), "shell", Where.STEP),
                scalars.template(map.get("working-directory"), "working-directory", Where.STEP),
                scalars.dynamic(map.get("continue-on-error"), Where.STEP),
                scalars.dynamic(map.get("timeout-minutes"), Where.STEP));
    }
}
