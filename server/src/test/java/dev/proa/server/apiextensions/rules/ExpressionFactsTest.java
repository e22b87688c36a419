package dev.proa.server.apiextensions.rules;

import static org.assertj.core.api.Assertions.assertThat;

import dev.proa.api.codec.Json;
import dev.proa.api.value.MapValue;
import dev.proa.server.apiextensions.StructuralSchema;
import dev.proa.server.cel.Compilation;
import dev.proa.server.cel.Environment;
import dev.proa.server.cel.EvaluationException;
import dev.proa.server.cel.Program;
import dev.proa.server.cel.ValueType;
import dev.proa.server.cel.Values;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Compares with what Kubernetes' implementation says of expressions ({@code src/test/facts/cel}): errors, types, costs and values. */
class ExpressionFactsTest {
    private static final Path FACTS = Path.of("src/test/facts/cel");

    private final StructuralSchema schema = StructuralSchema.of(json("schema.json"));
    private final ValueType type = Objects.requireNonNull(SchemaTypes.of(schema, true, "selfType"));
    private final Environment environment = Environment.of(Map.of("self", type.type()));
    private final Map<String, Object> variables =
            Map.of("self", Objects.requireNonNull(TypedValues.of(json("object.json"), schema, true)));

    private static MapValue json(String file) {
        try {
            return (MapValue) Objects.requireNonNull(Json.decode(Files.readAllBytes(FACTS.resolve(file))));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void saysTheSameAsKubernetes() throws IOException {
        List<String> different = new ArrayList<>();
        for (String line : Files.readAllLines(FACTS.resolve("expressions.tsv"))) {
            String[] fact = line.split("\t", -1);
            String found = found(fact[0]);
            if (!comparable(line).equals(comparable(found))) {
                different.add("\nwanted " + line + "\n found " + found);
            }
        }
        assertThat(different).isEmpty();
    }

    /** Without what does not matter: further errors of syntax, and the cost of an evaluation that failed. */
    private static String comparable(String line) {
        int second = line.contains("Syntax error") ? line.indexOf("\\nERROR") : -1;
        int cost = line.contains("\t\"!") ? line.lastIndexOf('\t') : -1;
        return second >= 0 ? line.substring(0, second) + '"' : cost >= 0 ? line.substring(0, cost) : line;
    }

    private String found(String expression) {
        Compilation compilation = environment.compile(expression);
        if (compilation.failed()) {
            return expression + "\t" + quoted(compilation.issues());
        }
        String start = expression + "\t\t" + compilation.resultType() + "\t"
                + Long.toUnsignedString(compilation.mostCost(Map.of("self", type, "", type))) + "\t";
        try {
            Program.Result result = compilation.program().evaluate(variables);
            String value = result.failed() ? "!" + result.error() : Values.text(result.value());
            return start + quoted(value) + "\t" + result.cost();
        } catch (EvaluationException e) {
            return start + quoted("!" + e.getMessage()) + "\t0";
        }
    }

    private static String quoted(String text) {
        return dev.proa.api.codec.GoText.json(text);
    }
}
