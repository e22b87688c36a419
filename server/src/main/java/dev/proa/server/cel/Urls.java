package dev.proa.server.cel;

import dev.proa.api.codec.GoText;
import dev.proa.server.apiextensions.RequestUri;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** URLs, absolute ones and absolute paths. */
final class Urls {
    private static final CelType TYPE = CelType.parse("kubernetes.URL");

    private Urls() {}

    record Url(String text, String scheme, String host, String path, String query) implements Opaque {
        @Override
        public CelType type() {
            return TYPE;
        }

        /** Where the host ends and the colon of a port stands. */
        private int portStart() {
            int bracket = host.lastIndexOf(']');
            int colon = host.indexOf(':', Math.max(bracket, 0));
            return colon < 0 ? host.length() : colon;
        }

        String hostname() {
            String name = host.substring(0, portStart());
            return name.startsWith("[") && name.endsWith("]") ? name.substring(1, name.length() - 1) : name;
        }

        String port() {
            int start = portStart();
            return start == host.length() ? "" : host.substring(start + 1);
        }

        CelMap parameters() {
            Map<String, List<String>> parameters = new LinkedHashMap<>();
            for (String parameter : query.split("&", -1)) {
                int equals = parameter.indexOf('=');
                String name = decoded(equals < 0 ? parameter : parameter.substring(0, equals));
                String value = equals < 0 ? "" : decoded(parameter.substring(equals + 1));
                if (!parameter.isEmpty() && parameter.indexOf(';') < 0 && name != null && value != null) {
                    parameters.computeIfAbsent(name, none -> new ArrayList<>()).add(value);
                }
            }
            return new CelMap.Made(parameters);
        }

        private static @Nullable String decoded(String text) {
            try {
                return URLDecoder.decode(text, StandardCharsets.UTF_8);
            } catch (IllegalArgumentException e) {
                return null; // Go leaves such parameters out
            }
        }
    }

    static @Nullable Function find(String name) {
        return switch (name) {
            case "url" -> args -> parsed(Strings.text(args[0]));
            case "isURL" -> args -> RequestUri.isValid(Strings.text(args[0]));
            case "getScheme" -> args -> url(args[0]).scheme();
            case "getHost" -> args -> url(args[0]).host();
            case "getHostname" -> args -> url(args[0]).hostname();
            case "getPort" -> args -> url(args[0]).port();
            case "getEscapedPath" -> args -> url(args[0]).path();
            case "getQuery" -> args -> url(args[0]).parameters();
            default -> null;
        };
    }

    private static Url url(@Nullable Object value) {
        if (value instanceof Url url) {
            return url;
        }
        throw EvaluationException.noSuchOverload();
    }

    private static Url parsed(String text) {
        if (!RequestUri.isValid(text)) {
            throw new EvaluationException("URL parse error during conversion from string: parse " + GoText.quote(text)
                    + ": invalid URI for request");
        }
        int fragment = text.indexOf('#');
        String rest = fragment < 0 ? text : text.substring(0, fragment);
        String scheme = "";
        if (!rest.startsWith("/") && rest.indexOf(':') > 0) {
            scheme = rest.substring(0, rest.indexOf(':')).toLowerCase(java.util.Locale.ROOT);
            rest = rest.substring(rest.indexOf(':') + 1);
        }
        int question = rest.indexOf('?');
        String query = question < 0 ? "" : rest.substring(question + 1);
        rest = question < 0 ? rest : rest.substring(0, question);
        String host = "";
        if (rest.startsWith("//") && !rest.startsWith("///")) {
            int slash = rest.indexOf('/', 2);
            String authority = slash < 0 ? rest.substring(2) : rest.substring(2, slash);
            host = authority.substring(authority.lastIndexOf('@') + 1);
            rest = slash < 0 ? "" : rest.substring(slash);
        } else if (rest.startsWith("///")) {
            rest = rest.substring(2);
        } else if (!rest.startsWith("/") && !scheme.isEmpty()) {
            rest = ""; // opaque
        }
        return new Url(text, scheme, host, escaped(rest), query);
    }

    /** A path with what must be escaped. */
    private static String escaped(String path) {
        StringBuilder out = new StringBuilder();
        for (byte b : path.getBytes(StandardCharsets.UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z'
                    || b >= '0' && b <= '9'
                    || b > 0 && "-_.~$&+,/:;=@!'()*[]%".indexOf(b) >= 0;
            if (plain) {
                out.append((char) b);
            } else {
                out.append('%').append(String.format("%02X", b));
            }
        }
        return out.toString();
    }
}
