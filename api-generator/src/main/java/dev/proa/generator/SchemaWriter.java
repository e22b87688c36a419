package dev.proa.generator;

import dev.proa.generator.TypeModel.FieldModel;
import java.util.List;
import java.util.Map;

/**
 * Writes the two text resources that {@code dev.proa.api.schema} reads.
 *
 * <p>{@code schema.txt} has a line for each type and below it an indented one for each field, words separated by tabs:
 *
 * <pre>
 * io.k8s.api.core.v1.PodSpec
 *  containers   [io.k8s.api.core.v1.Container   !   #2   :z   list=map   keys=name   patch=merge   key=name
 * </pre>
 *
 * The second word of a field is its {@link TypeRef#code()}; {@code !} says that it is required, {@code #} its number in protobuf,
 * {@code :} how Go presents it ({@code p}, {@code q}, {@code o}, {@code z} as in {@code go.txt}), and {@code of=} which type without fields it is, where the code does not tell. The rest are recorded facts.
 *
 * <p>{@code descriptions.txt} has the same lines in the same order with nothing but the name and the description.
 */
final class SchemaWriter {
    private SchemaWriter() {}

    static String schema(List<TypeModel> types, Facts facts) {
        StringBuilder out = new StringBuilder(1 << 18);
        for (TypeModel type : types) {
            out.append(type.name());
            append(out, type.facts());
            for (FieldModel field : type.fields()) {
                out.append(' ')
                        .append(field.name())
                        .append('\t')
                        .append(field.type().code());
                if (field.required()) {
                    out.append("\t!");
                }
                if (!field.number().isEmpty()) {
                    out.append("\t#").append(field.number());
                }
                out.append("\t:").append(field.presence());
                if (!field.message().isEmpty()) {
                    out.append("\tof=").append(field.message());
                }
                append(out, field.facts());
            }
        }
        facts.types().forEach((name, type) -> {
            if (type.words().containsKey("is")) {
                out.append(name);
                append(out, type.words());
            }
        });
        return out.toString();
    }

    private static void append(StringBuilder out, Map<String, String> facts) {
        facts.forEach((key, value) -> out.append('\t').append(key).append('=').append(value));
        out.append('\n');
    }

    static String descriptions(List<TypeModel> types) {
        StringBuilder out = new StringBuilder(1 << 20);
        for (TypeModel type : types) {
            line(out, type.name(), type.description());
            for (FieldModel field : type.fields()) {
                line(out, " " + field.name(), field.description());
            }
        }
        return out.toString();
    }

    private static void line(StringBuilder out, String name, String description) {
        String text = description.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t");
        out.append(name).append('\t').append(text).append('\n');
    }
}
