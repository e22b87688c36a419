package dev.proa.image.dockerfile;

import dev.proa.image.dockerfile.Mount.Ownership;
import dev.proa.image.dockerfile.Mount.Sharing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads the value of one {@code --mount}: fields separated by commas. Used once. */
final class MountParser {
    private static final Set<String> TYPES = new TreeSet<>(Set.of("bind", "cache", "tmpfs", "secret", "ssh"));
    private static final Set<String> SHARINGS = new TreeSet<>(Set.of("shared", "private", "locked"));
    private static final Set<String> KEYS = new TreeSet<>(Set.of(
            "type",
            "from",
            "source",
            "src",
            "target",
            "dst",
            "destination",
            "readonly",
            "ro",
            "readwrite",
            "rw",
            "id",
            "sharing",
            "required",
            "size",
            "mode",
            "uid",
            "gid",
            "env"));

    private String type = "bind";
    private String from = "";
    private String source = "";
    private String target = "";
    private String id = "";
    private String sharing = "";
    private @Nullable String env;
    private @Nullable Boolean readOnly;
    private boolean required;
    private long size;
    private long mode = -1;
    private long uid = -1;
    private long gid = -1;

    /** The stage or image that a mount takes its files from, before expansion; empty if it names none. */
    static String source(String option) {
        String from = "";
        for (String field : fields(option)) {
            int equals = field.indexOf('=');
            if (equals >= 0 && field.substring(0, equals).equalsIgnoreCase("from")) {
                from = field.substring(equals + 1);
                int dollar = from.indexOf('$');
                if (dollar >= 0 && dollar != from.length() - 1) {
                    throw new SyntaxProblem("'from' doesn't support variable expansion, define alias stage instead");
                }
            }
        }
        return from;
    }

    /** @param sshBefore how many SSH mounts the instruction has before this one */
    static Mount parse(String option, Expander expander, int sshBefore) {
        MountParser parser = new MountParser();
        for (String field : fields(option)) {
            int equals = field.indexOf('=');
            String key = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            if (equals < 0) {
                parser.word(key, field);
            } else {
                parser.option(key, expander.word(field.substring(equals + 1)), field);
            }
        }
        parser.check();
        return parser.mount(sshBefore);
    }

    /** Splits at commas; a field in double quotes may have commas, and quotes doubled. */
    static List<String> fields(String text) {
        List<String> fields = new ArrayList<>();
        int pos = 0;
        while (true) {
            StringBuilder field = new StringBuilder();
            boolean quoted = pos < text.length() && text.charAt(pos) == '"';
            if (quoted) {
                pos++;
                while (true) {
                    int quote = text.indexOf('"', pos);
                    if (quote < 0) {
                        throw new SyntaxProblem("a quote does not end in " + text);
                    }
                    field.append(text, pos, quote);
                    pos = quote + 1;
                    if (pos == text.length() || text.charAt(pos) != '"') {
                        break;
                    }
                    field.append('"');
                    pos++;
                }
                if (pos < text.length() && text.charAt(pos) != ',') {
                    throw new SyntaxProblem("a quote ends within a field in " + text);
                }
            } else {
                int comma = text.indexOf(',', pos);
                int end = comma < 0 ? text.length() : comma;
                field.append(text, pos, end);
                pos = end;
                if (field.indexOf("\"") >= 0) {
                    throw new SyntaxProblem("a quote starts within a field in " + text);
                }
            }
            fields.add(field.toString());
            if (pos == text.length()) {
                return fields;
            }
            pos++;
        }
    }

    private void word(String key, String field) {
        switch (key) {
            case "readonly", "ro" -> readOnly = true;
            case "readwrite", "rw" -> readOnly = false;
            case "required" -> {
                only(key, "secret", "ssh");
                required = true;
            }
            default -> throw new SyntaxProblem("invalid field '" + field + "' must be a key=value pair");
        }
    }

    private void option(String key, String value, String field) {
        switch (key) {
            case "type" -> type = oneOf(TYPES, value, "unsupported mount type");
            case "from" -> from = value;
            case "source", "src" -> source = value;
            case "target", "dst", "destination" -> target = value;
            case "readonly", "ro" -> readOnly = bool(key, value);
            case "readwrite", "rw" -> readOnly = !bool(key, value);
            case "required" -> {
                only(key, "secret", "ssh");
                required = bool(key, value);
            }
            case "size" -> {
                only(key, "tmpfs");
                size = ByteSize.parse(value);
            }
            case "id" -> id = value;
            case "sharing" -> sharing = oneOf(SHARINGS, value, "unsupported sharing value");
            case "mode" -> mode = number(key, value, 8);
            case "uid" -> uid = number(key, value, 10);
            case "gid" -> gid = number(key, value, 10);
            case "env" -> env = value;
            default -> throw SyntaxProblem.suggesting("unexpected key '" + key + "' in '" + field + "'", key, KEYS);
        }
    }

    /** Checks the value of {@code --device}: a name, and whether it is required. */
    static void checkDevice(String text) {
        String name = "";
        for (String field : fields(text)) {
            int equals = field.indexOf('=');
            String key = (equals < 0 ? field : field.substring(0, equals)).toLowerCase(Locale.ROOT);
            if (key.equals("required")) {
                if (equals >= 0) {
                    bool(key, field.substring(equals + 1));
                }
            } else if (key.equals("name") && equals >= 0) {
                if (!name.isEmpty()) {
                    throw new SyntaxProblem("device name already set to " + name);
                }
                name = field.substring(equals + 1);
            } else if (name.isEmpty()) {
                name = field;
            } else if (equals < 0) {
                throw new SyntaxProblem("invalid field '" + field + "' must be a key=value pair");
            } else {
                throw SyntaxProblem.suggesting(
                        "unexpected key '" + key + "' in '" + field + "'", key, Set.of("name", "required"));
            }
        }
    }

    private void only(String key, String... types) {
        if (!List.of(types).contains(type)) {
            throw new SyntaxProblem("unexpected key '" + key + "' for mount type '" + type + "'");
        }
    }

    private static String oneOf(Set<String> allowed, String value, String problem) {
        String lower = value.toLowerCase(Locale.ROOT);
        if (!allowed.contains(lower)) {
            throw SyntaxProblem.suggesting(problem + " \"" + value + "\"", value, allowed);
        }
        return lower;
    }

    private static boolean bool(String key, String value) {
        return switch (value) {
            case "1", "t", "T", "true", "TRUE", "True" -> true;
            case "0", "f", "F", "false", "FALSE", "False" -> false;
            default -> throw new SyntaxProblem("invalid value for " + key + ": " + value);
        };
    }

    private static long number(String key, String value, int radix) {
        if (value.matches(radix == 8 ? "[0-7]{1,20}" : "[0-9]{1,18}")) {
            long number = Long.parseLong(value, radix);
            if (number <= 0xFFFF_FFFFL) {
                return number;
            }
        }
        throw new SyntaxProblem("invalid value " + value + " for " + key);
    }

    private void check() {
        if (type.equals("bind") || type.equals("tmpfs")) {
            forbid(mode >= 0, "mode");
            forbid(uid >= 0, "uid");
            forbid(gid >= 0, "gid");
        }
        if (type.equals("secret")) {
            if (!from.isEmpty()) {
                throw new SyntaxProblem("secret mount should not have a from");
            }
            if (!sharing.isEmpty()) {
                throw new SyntaxProblem("secret mount should not define sharing");
            }
            if (source.isEmpty() && target.isEmpty() && id.isEmpty()) {
                throw new SyntaxProblem("invalid secret mount. one of source, target required");
            }
            if (!source.isEmpty() && !id.isEmpty()) {
                throw new SyntaxProblem("both source and id can't be set");
            }
        }
        if (!sharing.isEmpty() && !type.equals("cache")) {
            throw new SyntaxProblem("invalid cache sharing set for " + type + " mount");
        }
    }

    private void forbid(boolean given, String key) {
        if (given) {
            throw new SyntaxProblem(key + " not allowed for \"" + type + "\" type mounts");
        }
    }

    private Mount mount(int sshBefore) {
        return switch (type) {
            case "bind" -> new Mount.Bind(folder(), from, absolute(source), Boolean.FALSE.equals(readOnly));
            case "cache" ->
                new Mount.Cache(
                        folder(),
                        id.isEmpty() ? GoPath.clean(target) : id,
                        sharing.isEmpty() ? Sharing.SHARED : Sharing.valueOf(sharing.toUpperCase(Locale.ROOT)),
                        from,
                        absolute(source),
                        ownership(0755),
                        Boolean.TRUE.equals(readOnly));
            case "tmpfs" -> new Mount.Tmpfs(folder(), size);
            case "secret" -> secret();
            default -> {
                if (!source.isEmpty()) {
                    throw new SyntaxProblem("ssh does not support source");
                }
                yield new Mount.Ssh(
                        target.isEmpty() ? "/run/buildkit/ssh_agent." + sshBefore : target,
                        id.isEmpty() ? "default" : id,
                        required,
                        ownership(0600));
            }
        };
    }

    private Mount secret() {
        String secret = !source.isEmpty() ? source : !id.isEmpty() ? id : GoPath.base(target);
        String file = target.isEmpty() ? env == null ? "/run/secrets/" + GoPath.base(secret) : null : target;
        String variable = env != null && env.isEmpty() ? secret : env;
        return new Mount.Secret(secret, file, variable, required, ownership(0400));
    }

    private String folder() {
        if (GoPath.clean(target).equals("/")) {
            throw new SyntaxProblem("invalid mount target \"" + target + "\"");
        }
        return target;
    }

    private static String absolute(String path) {
        return GoPath.clean("/" + path);
    }

    private Ownership ownership(int defaultMode) {
        return new Ownership(mode < 0 ? defaultMode : (int) mode, Math.max(0, uid), Math.max(0, gid));
    }
}
