package dev.proa.generator;

import com.google.gson.annotations.SerializedName;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import dev.proa.generator.TypeModel.FieldModel;
import dev.proa.generator.TypeRef.ListOf;
import dev.proa.generator.TypeRef.MapOf;
import dev.proa.generator.TypeRef.Ref;
import dev.proa.generator.TypeRef.Scalar;
import io.swagger.annotations.ApiModel;
import io.swagger.annotations.ApiModelProperty;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Joins the model classes of {@code client-java-api}, the descriptors of {@code client-java-proto} and the facts. */
final class ModelReader {
    private static final String MODELS = "io.kubernetes.client.openapi.models.";

    private final Facts facts;
    private final ProtoTypes proto;
    private final Map<String, Class<?>> classes = new LinkedHashMap<>();
    private final Map<Class<?>, String> names = new HashMap<>();

    ModelReader(Facts facts, ProtoTypes proto) {
        this.facts = facts;
        this.proto = proto;
    }

    /** All types with fields, in the order of the facts. */
    List<TypeModel> read() throws ReflectiveOperationException {
        for (String name : facts.types().keySet()) {
            if (!facts.types().get(name).words().containsKey("is")) {
                Class<?> model = modelClass(name);
                classes.put(name, model);
                names.put(model, name);
            }
        }
        List<TypeModel> types = new ArrayList<>();
        for (String name : classes.keySet()) {
            types.add(readType(name));
        }
        return types;
    }

    /** Models are named for their version and kind, and for their group as well when that is ambiguous. */
    private static Class<?> modelClass(String name) throws ClassNotFoundException {
        String[] parts = name.split("\\.");
        String simple = parts[parts.length - 1];
        String version = capitalized(parts[parts.length - 2]);
        String group = capitalized(parts[parts.length - 3]);
        for (String candidate : List.of(group + version + simple, version + simple)) {
            try {
                return Class.forName(MODELS + candidate, true, ModelReader.class.getClassLoader());
            } catch (ClassNotFoundException e) {
                continue; // the other spelling
            }
        }
        throw new ClassNotFoundException("no model class for " + name);
    }

    private TypeModel readType(String name) throws ReflectiveOperationException {
        Class<?> model = java.util.Objects.requireNonNull(classes.get(name));
        Facts.TypeFacts known = java.util.Objects.requireNonNull(facts.types().get(name));
        Collection<?> required =
                (Collection<?>) model.getDeclaredField("openapiRequiredFields").get(null);
        @Nullable Descriptor message = proto.find(name);
        List<FieldModel> fields = new ArrayList<>();
        for (Field field : model.getDeclaredFields()) {
            SerializedName json = field.getAnnotation(SerializedName.class);
            if (json == null || Modifier.isStatic(field.getModifiers())) {
                continue;
            }
            List<FieldDescriptor> path = message == null ? List.of() : ProtoTypes.path(message, json.value());
            TypeRef type = typeOf(field.getGenericType(), path);
            String[] presence = facts.presence()
                    .getOrDefault(name, Map.of())
                    .getOrDefault(json.value(), "o")
                    .split("#");
            fields.add(new FieldModel(
                    json.value(),
                    type,
                    description(model, field),
                    required.contains(json.value()),
                    presence.length > 1 ? presence[1] : ProtoTypes.numbers(path),
                    presence[0],
                    type.code().matches("[\\[{]*a") ? ProtoTypes.message(path) : "",
                    known.fields().getOrDefault(json.value(), Map.of())));
        }
        fields.sort(Comparator.comparing(FieldModel::name));
        checkFactsHaveFields(name, known, fields);
        ApiModel documented = model.getAnnotation(ApiModel.class);
        return new TypeModel(
                name, documented == null ? "" : documented.description(), fields, known.kinds(), known.words());
    }

    private static void checkFactsHaveFields(String name, Facts.TypeFacts known, List<FieldModel> fields) {
        for (String field : known.fields().keySet()) {
            if (fields.stream().noneMatch(f -> f.name().equals(field))) {
                throw new IllegalStateException("facts speak of a field that the jar lacks: " + name + "." + field);
            }
        }
    }

    private static String description(Class<?> model, Field field) {
        String bare = field.getName().replaceFirst("^_", "");
        String getter = "get" + capitalized(bare);
        for (Method method : model.getMethods()) {
            if (method.getParameterCount() == 0 && method.getName().equalsIgnoreCase(getter)) {
                ApiModelProperty property = method.getAnnotation(ApiModelProperty.class);
                return property == null ? "" : property.value();
            }
        }
        return "";
    }

    private TypeRef typeOf(Type type, List<FieldDescriptor> path) {
        if (type instanceof ParameterizedType generic) {
            Type[] arguments = generic.getActualTypeArguments();
            TypeRef item = typeOf(arguments[arguments.length - 1], path);
            return arguments.length == 2 ? new MapOf(item) : new ListOf(item);
        }
        Class<?> raw = (Class<?>) type;
        String model = names.get(raw);
        if (model != null) {
            return new Ref(model);
        }
        return switch (raw.getName()) {
            case "java.lang.String" -> Scalar.STRING;
            case "java.lang.Integer" -> Scalar.INT32;
            case "java.lang.Long" -> Scalar.INT64;
            case "java.lang.Double" -> Scalar.DOUBLE;
            case "java.lang.Boolean" -> Scalar.BOOL;
            case "[B" -> Scalar.BYTES;
            case "java.time.OffsetDateTime" -> ProtoTypes.isMicroTime(path) ? Scalar.MICRO_TIME : Scalar.TIME;
            case "io.kubernetes.client.custom.Quantity" -> Scalar.QUANTITY;
            case "io.kubernetes.client.custom.IntOrString" -> Scalar.INT_OR_STRING;
            case "java.lang.Object" -> Scalar.ANY;
            default -> throw new IllegalStateException("a type without a name in the facts: " + raw);
        };
    }

    private static String capitalized(String word) {
        return word.isEmpty() ? word : Character.toUpperCase(word.charAt(0)) + word.substring(1);
    }
}
