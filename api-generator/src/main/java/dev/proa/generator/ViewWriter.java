package dev.proa.generator;

import dev.proa.generator.TypeModel.FieldModel;
import dev.proa.generator.TypeRef.ListOf;
import dev.proa.generator.TypeRef.MapOf;
import dev.proa.generator.TypeRef.Ref;
import dev.proa.generator.TypeRef.Scalar;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;

/** Writes the Java source of the view of a type. */
final class ViewWriter {
    /** Methods that views have anyway; a field of such a name gets an underscore after it, as do keywords. */
    private static final Set<String> TAKEN = Set.of("value", "has", "of", "hashCode", "toString", "notify", "wait");

    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private final Map<String, TypeModel> types;
    private final Facts facts;

    ViewWriter(List<TypeModel> types, Facts facts) {
        this.types = types.stream().collect(Collectors.toMap(TypeModel::name, t -> t, (a, b) -> a, LinkedHashMap::new));
        this.facts = facts;
    }

    /** Lists are read generically, so they have no views. */
    static boolean hasView(TypeModel type) {
        return !(type.simpleName().endsWith("List")
                && type.fields().stream().anyMatch(f -> f.name().equals("items")));
    }

    String write(TypeModel type) {
        return new Source(type).write();
    }

    static String writePackage(String javaPackage) {
        return "/** Generated views of the types of this API group and version. */\n@org.jspecify.annotations.NullMarked\npackage "
                + javaPackage + ";\n";
    }

    private final class Source {
        private final TypeModel type;
        private final String name;
        private final boolean object;
        private final StringBuilder out = new StringBuilder(4096);

        Source(TypeModel type) {
            this.type = type;
            this.name = type.simpleName();
            this.object = !type.kinds().isEmpty()
                    && type.fields().stream().anyMatch(f -> f.type().equals(new Ref(META)));
        }

        String write() {
            line("package " + type.javaPackage() + ";");
            line("");
            doc("", type.description());
            line("@javax.annotation.processing.Generated(\"dev.proa.generator\")");
            line("public record " + name + "(dev.proa.api.value.MapValue value) implements dev.proa.api.view."
                    + (object ? "KubeObject" : "View") + " {");
            line("    /** Has nothing. */");
            line("    public static final " + name + " EMPTY = new " + name + "(dev.proa.api.value.MapValue.EMPTY);");
            if (object) {
                writeKind();
            }
            for (FieldModel field : type.fields()) {
                new Accessors(field).write();
            }
            line("}");
            return out.toString();
        }

        private void writeKind() {
            String kind = type.kinds().getFirst();
            String apiVersion = kind.substring(0, kind.lastIndexOf('/'));
            Facts.Resource resource = facts.resources().get(kind);
            if (resource != null) {
                line("    /** The resource of this kind. */");
                line("    public static final dev.proa.api.view.Kind<" + name
                        + "> KIND = new dev.proa.api.view.Kind<>(\""
                        + resource.group() + "\", \"" + resource.version() + "\", \"" + resource.kind() + "\", \""
                        + resource.plural() + "\", " + resource.namespaced() + ", " + name + "::new);");
            }
            line("    /** A new object with nothing but its type and name, and its namespace unless that is empty. */");
            line("    public static " + name + " of(String namespace, String name) {");
            line("        return new " + name + "(dev.proa.api.view.Views.object(\"" + apiVersion + "\", \"" + name
                    + "\", namespace, name));");
            line("    }");
        }

        private void doc(String indent, String description) {
            if (description.isEmpty()) {
                return;
            }
            String text = firstSentence(description)
                    .replace("&", "&amp;")
                    .replace("<", "&lt;")
                    .replace(">", "&gt;")
                    .replace("@", "&#64;")
                    .replace("*/", "*&#47;")
                    .replace("\\", "&#92;")
                    .replace("\n", " ");
            line(indent + "/** " + text + " */");
        }

        private static String firstSentence(String text) {
            int end = text.indexOf(". ");
            return end < 0 ? text : text.substring(0, end + 1);
        }

        private void line(String text) {
            out.append(text).append('\n');
        }

        private final class Accessors {
            private final FieldModel field;
            private final String json;
            private final String camel;

            Accessors(FieldModel field) {
                this.field = field;
                this.json = "\"" + field.name() + "\"";
                this.camel = camel(field.name());
            }

            void write() {
                String getter = SourceVersion.isKeyword(camel) || TAKEN.contains(camel) ? camel + "_" : camel;
                doc("    ", field.description());
                line("    public " + javaType(field.type()) + " " + getter + "() {");
                line("        return " + read() + ";");
                line("    }");
                String part = Character.toUpperCase(camel.charAt(0)) + camel.substring(1);
                String set = nullable(field.type())
                        ? "dev.proa.api.view.Views.with(value, " + json + ", "
                        : "value.with(" + json + ", ";
                line("    public " + name + " with" + part + "(" + javaType(field.type()) + " to) {");
                line("        return new " + name + "(" + set + write(field.type()) + "));");
                line("    }");
                if (field.type() instanceof Ref ref) {
                    String inner = viewType(ref);
                    line("    public " + name + " with" + part + "(java.util.function.UnaryOperator<" + inner
                            + "> change) {");
                    line("        return with" + part + "(change.apply(" + getter + "()));");
                    line("    }");
                }
                if (!field.required()) {
                    line("    public boolean has" + part + "() {");
                    line("        return value.get(" + json + ") != null;");
                    line("    }");
                    line("    public " + name + " without" + part + "() {");
                    line("        return new " + name + "(value.without(" + json + "));");
                    line("    }");
                }
            }

            private String read() {
                return switch (field.type()) {
                    case Scalar scalar ->
                        switch (scalar) {
                            case STRING -> "value.string(" + json + ")";
                            case INT32 -> "(int) value.integer(" + json + ", 0)";
                            case INT64 -> "value.integer(" + json + ", 0)";
                            case BOOL -> "value.bool(" + json + ")";
                            case ANY -> "value.get(" + json + ")";
                            default -> convert(scalar) + "(value.get(" + json + "))";
                        };
                    case Ref ref -> "new " + viewType(ref) + "(value.map(" + json + "))";
                    case ListOf list -> "dev.proa.api.view.Views." + collection("list", list.item());
                    case MapOf map -> "dev.proa.api.view.Views." + collection("map", map.item());
                };
            }

            private String collection(String kind, TypeRef item) {
                String source = "(value." + kind + "(" + json + ")";
                return switch (item) {
                    case Ref ref -> kind + source + ", " + viewType(ref) + "::new)";
                    case Scalar scalar when scalar == Scalar.STRING -> "strings" + source + ")";
                    case Scalar scalar
                    when scalar == Scalar.ANY ->
                        (kind.equals("list")
                                ? "values(value.list(" + json + "))"
                                : "convert" + source + ", any -> any)");
                    case Scalar scalar
                    when scalar == Scalar.INT32 ->
                        "convert" + source + ", number -> (int) dev.proa.api.view.Views.integer(number))";
                    case Scalar scalar -> "convert" + source + ", " + method(scalar) + ")";
                    case ListOf list -> "convert" + source + ", dev.proa.api.view.Views::stringList)";
                    case MapOf map -> throw new IllegalStateException("a map in a collection: " + name + "." + json);
                };
            }

            private String write(TypeRef of) {
                return switch (of) {
                    case Scalar scalar ->
                        switch (scalar) {
                            case STRING, BOOL, DOUBLE, INT64, ANY -> "to";
                            case INT32 -> "(long) to";
                            case BYTES -> "dev.proa.api.view.Views.base64(to)";
                            case TIME -> "to == null ? null : dev.proa.api.value.Times.format(to)";
                            case MICRO_TIME -> "to == null ? null : dev.proa.api.value.Times.formatMicro(to)";
                            case QUANTITY -> "to.toString()";
                            case INT_OR_STRING -> "to.toValue()";
                        };
                    case Ref ref -> "to.value()";
                    case ListOf list -> "dev.proa.api.view.Views.values(to)";
                    case MapOf map -> "dev.proa.api.view.Views.values(to)";
                };
            }
        }

        private String viewType(Ref ref) {
            TypeModel target = types.get(ref.name());
            if (target == null) {
                throw new IllegalStateException("no such type: " + ref.name());
            }
            return target.javaPackage().equals(type.javaPackage())
                    ? target.simpleName()
                    : target.javaPackage() + "." + target.simpleName();
        }

        private String javaType(TypeRef of) {
            return switch (of) {
                case Scalar scalar ->
                    switch (scalar) {
                        case STRING -> "String";
                        case INT32 -> "int";
                        case INT64 -> "long";
                        case DOUBLE -> "double";
                        case BOOL -> "boolean";
                        case BYTES -> "byte[]";
                        case TIME, MICRO_TIME -> "java.time.@org.jspecify.annotations.Nullable Instant";
                        case QUANTITY -> "dev.proa.api.value.Quantity";
                        case INT_OR_STRING -> "dev.proa.api.value.IntOrString";
                        case ANY -> "@org.jspecify.annotations.Nullable Object";
                    };
                case Ref ref -> viewType(ref);
                case ListOf list -> "java.util.List<" + boxed(list.item()) + ">";
                case MapOf map -> "java.util.Map<String, " + boxed(map.item()) + ">";
            };
        }

        private String boxed(TypeRef of) {
            return switch (javaType(of)) {
                case "int" -> "Integer";
                case "long" -> "Long";
                case "double" -> "Double";
                case "boolean" -> "Boolean";
                default -> javaType(of);
            };
        }
    }

    private static boolean nullable(TypeRef of) {
        return of == Scalar.TIME || of == Scalar.MICRO_TIME || of == Scalar.ANY;
    }

    /** The method that reads a scalar from a value. */
    private static String convert(Scalar scalar) {
        return switch (scalar) {
            case STRING -> "dev.proa.api.view.Views.string";
            case INT32, INT64 -> "dev.proa.api.view.Views.integer";
            case DOUBLE -> "dev.proa.api.view.Views.decimal";
            case BOOL -> "dev.proa.api.view.Views.bool";
            case BYTES -> "dev.proa.api.view.Views.bytes";
            case TIME, MICRO_TIME -> "dev.proa.api.value.Times.parse";
            case QUANTITY -> "dev.proa.api.value.Quantity.from";
            case INT_OR_STRING -> "dev.proa.api.value.IntOrString.from";
            case ANY -> throw new IllegalStateException("any value is read as it is");
        };
    }

    private static String method(Scalar scalar) {
        String convert = convert(scalar);
        int dot = convert.lastIndexOf('.');
        return convert.substring(0, dot) + "::" + convert.substring(dot + 1);
    }

    /** {@code x-kubernetes-list-type} and {@code $ref} as names of Java. */
    private static String camel(String json) {
        StringBuilder name = new StringBuilder();
        boolean upper = false;
        for (char c : json.toCharArray()) {
            if (c == '-' || c == '$') {
                upper = c == '-';
                continue;
            }
            name.append(upper ? Character.toUpperCase(c) : c);
            upper = false;
        }
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }
}
