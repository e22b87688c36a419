package dev.proa.server.http;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Replaces what differs from run to run in what a server answered, so that two servers can be compared. */
final class Volatile {
    private static final Pattern UID = Pattern.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}");
    /** Times of this run; those that conversations mention are older. */
    private static final Pattern TIME =
            Pattern.compile("20(2[6-9]|[3-9]\\d)-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z");

    private static final Pattern REVISION =
            Pattern.compile("(?<=record \\()\\d+(?=\\))|(?<=current: )\\d+|(?<=version: )\\d+ \\(\\d+\\)");
    private static final Pattern RANDOM_NAME = Pattern.compile("(?<=kube-api-access-|^made-)[a-z0-9]{5}$");
    private static final Pattern AGE = Pattern.compile("\\d+s");
    private static final Pattern ADDRESS = Pattern.compile("10\\.96\\.\\d+\\.\\d+");
    /** Values that Go shows by its internal structures. */
    private static final Pattern STRUCT = Pattern.compile("value: (\\[\\{.*\\}\\]|\\{.*\\}|null): ");
    /** Fields that strict decoding complains of, whose order is that of the request in Kubernetes and of the alphabet in Proa. */
    private static final Pattern FIELDS = Pattern.compile("(strict decoding error: )(.*)");

    /** Who asked: administrators with different names and certificates. */
    private static final Pattern CERTIFICATE = Pattern.compile("X509SHA256=[0-9a-f]{64}");

    private static final Pattern JWT = Pattern.compile("eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+");

    /** What the conversation saved: its values are named by their names. */
    private final Map<String, String> saved;

    private final boolean managed;

    /** @param managed whether managed fields are compared */
    Volatile(Map<String, String> saved, boolean managed) {
        this.saved = saved;
        this.managed = managed;
    }

    @Nullable
    Object normal(@Nullable Object value) {
        return normal("", value);
    }

    private @Nullable Object normal(String name, @Nullable Object value) {
        return switch (value) {
            case MapValue map -> {
                MapValue.Builder builder = MapValue.builder(map.size());
                boolean item = name.equals("items");
                map.forEach(entry -> {
                    // Proa's lists tell the kind of each item, as its watches do.
                    boolean kind =
                            entry.getKey().equals("kind") || entry.getKey().equals("apiVersion");
                    Object inner = normal(entry.getKey(), entry.getValue());
                    boolean nothing = entry.getKey().equals("details") && MapValue.EMPTY.equals(inner)
                            || entry.getKey().equals("causes") && ListValue.EMPTY.equals(inner);
                    boolean unmanaged = !managed && entry.getKey().equals("managedFields");
                    if (!(item && kind) && !nothing && !unmanaged) {
                        builder.put(entry.getKey(), inner);
                    }
                });
                yield builder.build();
            }
            case ListValue list -> {
                List<@Nullable Object> items = new ArrayList<>();
                list.forEach(item -> items.add(normal(name, item)));
                if (name.equals("managedFields")) {
                    // Their order depends on the seconds at which requests came.
                    items.sort((a, b) -> String.valueOf(a).compareTo(String.valueOf(b)));
                }
                if (name.equals("causes")) {
                    // What more Proa says of a patch that does not fit.
                    items.removeIf(cause -> cause instanceof MapValue map && !map.has("reason"));
                    items.sort((a, b) -> String.valueOf(a).compareTo(String.valueOf(b)));
                    for (int i = items.size() - 1; i > 0; i--) {
                        if (Objects.equals(items.get(i), items.get(i - 1))) {
                            items.remove(i);
                        }
                    }
                }
                yield ListValue.copyOf(items);
            }
            case String text when name.equals("username") -> text.equals("admin") ? "kubernetes-admin" : text;
            case String text -> text(name, CERTIFICATE.matcher(text).replaceAll("X509SHA256"));
            case Long number
            when name.equals("nodePort") || name.equals("healthCheckNodePort") -> number >= 30_000 ? -1L : number;
            case null, default -> value;
        };
    }

    String text(String name, String text) {
        if (name.equals("resourceVersion") && text.matches("[1-9]\\d*")) {
            return "RV";
        }
        if (name.equals("cells") && AGE.matcher(text).matches()) {
            return "AGE";
        }
        if (name.equals("continue") && !text.isEmpty()) {
            return "CONTINUE";
        }
        String result = text;
        for (Map.Entry<String, String> entry : saved.entrySet()) {
            if (entry.getValue().length() > 3) {
                result = result.replace(entry.getValue(), "{" + entry.getKey() + "}");
            }
        }
        result = UID.matcher(result).replaceAll("UID");
        result = TIME.matcher(result).replaceAll("TIME");
        result = REVISION.matcher(result).replaceAll("RV");
        result = RANDOM_NAME.matcher(result).replaceAll("xxxxx");
        result = JWT.matcher(result).replaceAll("JWT");
        result = ADDRESS.matcher(result).replaceAll("ADDRESS");
        result = STRUCT.matcher(result).replaceAll("value: {}: ");
        result = FIELDS.matcher(result).replaceAll(found -> found.group(1) + sorted(found.group(2)));
        return name.equals("message") && result.contains(" is invalid: [") ? causes(result) : result;
    }

    /** Of several causes the order is not compared: Kubernetes' own depends on how a field is checked. */
    private static String causes(String message) {
        int start = message.indexOf('[');
        return message.endsWith("]")
                ? message.substring(0, start) + sorted(message.substring(start + 1, message.length() - 1))
                : message;
    }

    private static String sorted(String list) {
        List<String> parts = new ArrayList<>(List.of(list.split(", ")));
        parts.sort(null);
        return parts.toString();
    }
}
