package dev.proa.server.encryption;

import dev.proa.api.config.ConfigException;
import dev.proa.api.config.ConfigObject;
import dev.proa.api.status.FieldError;
import dev.proa.api.value.ListValue;
import dev.proa.server.configuration.ConfigFiles;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code apiserver.config.k8s.io/v1 EncryptionConfiguration}, validated as kube-apiserver does.
 *
 * @param resources the providers of each resource, {@code *.GROUP} or {@code *.*}; the first one writes
 */
record EncryptionConfig(Map<String, List<Provider>> resources) {
    private static final Set<String> WITHOUT_API =
            Set.of("apiserveripinfo", "serviceipallocations", "servicenodeportallocations");
    private static final String AT_LEAST_ONE = "at least one %s is required";

    EncryptionConfig {
        resources = Map.copyOf(resources);
    }

    /** How values are encrypted. */
    sealed interface Provider {}

    /** {@code aescbc}. */
    record Cbc(List<Key> keys) implements Provider {}

    /** {@code aesgcm}. */
    record Gcm(List<Key> keys) implements Provider {}

    /** {@code secretbox}. */
    record Box(List<Key> keys) implements Provider {}

    /** {@code identity}. */
    record Plain() implements Provider {}

    /** {@code kms} in version v2. */
    record Kms(String name, Path socket, Duration timeout) implements Provider {}

    /** A key. Its text does not show the secret. */
    record Key(String name, byte[] secret) {
        @Override
        public String toString() {
            return "Name: " + name + ", Secret: [REDACTED]";
        }
    }

    /** @throws ConfigException when it is not a valid configuration; the message says why, and has no secrets in it */
    static EncryptionConfig read(Path file) {
        ConfigObject object = ConfigFiles.read(file);
        object.require("apiserver.config.k8s.io", Set.of("v1"), "EncryptionConfiguration");
        EncryptionConfig config = new Reader(object).config();
        object.endAll();
        return config;
    }

    /** Reads and validates. Goes on after an error, to tell all of them. */
    private static final class Reader {
        private final List<FieldError> errors = new ArrayList<>();
        private final Set<String> names = new HashSet<>();
        private final Map<String, List<Provider>> resources = new LinkedHashMap<>();
        private final ConfigObject config;

        Reader(ConfigObject config) {
            this.config = config;
        }

        EncryptionConfig config() {
            List<ConfigObject> entries = config.objects("resources");
            if (entries.isEmpty()) {
                errors.add(FieldError.required("resources", AT_LEAST_ONE.formatted("resources")));
            }
            for (ConfigObject entry : entries) {
                entry(entry);
            }
            if (!errors.isEmpty()) {
                throw config.problem(
                        "", errors.stream().map(FieldError::summary).collect(Collectors.joining(", ")));
            }
            return new EncryptionConfig(resources);
        }

        private void entry(ConfigObject entry) {
            List<String> covered = entry.texts("resources");
            String path = entry.place("resources");
            if (covered.isEmpty()) {
                errors.add(FieldError.required(path, AT_LEAST_ONE.formatted(path)));
            }
            checkOverlap(covered, path);
            for (int i = 0; i < covered.size(); i++) {
                String wrong = wrong(covered.get(i));
                if (wrong != null) {
                    errors.add(FieldError.invalid(path + "[" + i + "]", covered.get(i), wrong));
                }
            }
            List<ConfigObject> given = entry.objects("providers");
            if (given.isEmpty()) {
                errors.add(FieldError.required(
                        entry.place("providers"), AT_LEAST_ONE.formatted(entry.place("providers"))));
            }
            List<Provider> providers = new ArrayList<>();
            for (ConfigObject each : given) {
                Provider provider = provider(each);
                if (provider != null) {
                    providers.add(provider);
                }
            }
            for (String resource : covered) {
                add(resource, providers);
            }
        }

        private void add(String resource, List<Provider> providers) {
            for (String earlier : new String[] {"*." + group(resource), "*.*"}) {
                if (resources.containsKey(earlier)) {
                    throw config.problem(
                            "", "resource \"" + resource + "\" is masked by earlier rule \"" + earlier + "\"");
                }
            }
            List<Provider> all = new ArrayList<>(resources.getOrDefault(resource, List.of()));
            all.addAll(providers);
            resources.put(resource, List.copyOf(all));
        }

        private static String group(String resource) {
            int dot = resource.indexOf('.');
            return dot < 0 ? "" : resource.substring(dot + 1);
        }

        private static String plural(String resource) {
            int dot = resource.indexOf('.');
            return dot < 0 ? resource : resource.substring(0, dot);
        }

        private void checkOverlap(List<String> covered, String path) {
            boolean twice = new HashSet<>(covered).size() < covered.size();
            boolean overlaps = false;
            for (String one : covered) {
                for (String other : covered) {
                    overlaps |= !one.equals(other)
                            && (one.equals("*.*")
                                    || group(one).equals(group(other))
                                            && plural(one).equals("*"));
                }
            }
            if (twice) {
                errors.add(FieldError.invalid(
                        path, ListValue.copyOf(covered), "the same resource cannot be specified multiple times"));
            }
            if (overlaps) {
                errors.add(FieldError.invalid(
                        path,
                        ListValue.copyOf(covered),
                        "using overlapping resources such as 'secrets' and '*.' in the same resource list is not"
                                + " allowed as they will be masked"));
            }
        }

        private static @Nullable String wrong(String resource) {
            if (!resource.toLowerCase(Locale.ROOT).equals(resource)) {
                return "resource name should not contain capital letters";
            }
            if (resource.equals("*")) {
                return "use '*.' to encrypt all the resources from core API group or *.* to encrypt all resources";
            }
            if (WITHOUT_API.contains(resource)) {
                return "resources which do not have REST API/s cannot be encrypted";
            }
            return switch (group(resource)) {
                case "events.k8s.io" ->
                    "'*.events.k8s.io' objects are stored using the 'events' API group in etcd. Use 'events' instead in"
                            + " the config file";
                case "extensions" -> "'extensions' group has been removed and cannot be used for encryption";
                case "*" ->
                    plural(resource).equals("*") ? null : "encrypting the same resource across groups is not supported";
                default -> null;
            };
        }

        private @Nullable Provider provider(ConfigObject fields) {
            List<Provider> found = new ArrayList<>();
            int count = 0;
            for (String kind : new String[] {"kms", "aesgcm", "aescbc", "secretbox", "identity"}) {
                ConfigObject settings = fields.object(kind).orElse(null);
                if (settings != null) {
                    count++;
                    Provider provider = provider(kind, settings);
                    if (provider != null) {
                        found.add(provider);
                    }
                }
            }
            String path = fields.place("");
            if (count == 0) {
                errors.add(new FieldError(
                        "FieldValueInvalid",
                        path,
                        "Invalid value: provider does not contain any of the expected providers: KMS, AESGCM, AESCBC,"
                                + " Secretbox, Identity"));
            } else if (count > 1) {
                errors.add(new FieldError(
                        "FieldValueInvalid",
                        path,
                        "Invalid value: more than one provider specified in a single element, should split into"
                                + " different list elements"));
            }
            return found.size() == 1 ? found.getFirst() : null;
        }

        private @Nullable Provider provider(String kind, ConfigObject settings) {
            return switch (kind) {
                case "aescbc" -> new Cbc(keys(settings, List.of(16, 24, 32)));
                case "aesgcm" -> new Gcm(keys(settings, List.of(16, 24, 32)));
                case "secretbox" -> new Box(keys(settings, List.of(32)));
                case "identity" -> new Plain();
                default -> kms(settings);
            };
        }

        private List<Key> keys(ConfigObject settings, List<Integer> lengths) {
            List<Key> keys = new ArrayList<>();
            List<ConfigObject> given = settings.objects("keys");
            if (given.isEmpty()) {
                errors.add(FieldError.required(settings.place("keys"), AT_LEAST_ONE.formatted("keys")));
            }
            for (ConfigObject each : given) {
                String name = each.text("name", "");
                if (name.isEmpty()) {
                    errors.add(FieldError.required(each.place("name"), "name is a mandatory field for a key"));
                }
                byte[] secret = secret(each, lengths);
                if (secret != null) {
                    keys.add(new Key(name, secret));
                }
            }
            return keys;
        }

        private byte @Nullable [] secret(ConfigObject key, List<Integer> lengths) {
            String path = key.place("secret");
            String text = key.text("secret", "");
            if (text.isEmpty()) {
                errors.add(FieldError.required(path, "secret is a mandatory field for a key"));
                return null;
            }
            try {
                byte[] secret = Base64.getDecoder().decode(text.replaceAll("[\r\n]", ""));
                if (lengths.contains(secret.length)) {
                    return secret;
                }
                errors.add(FieldError.invalid(
                        path,
                        "REDACTED",
                        "secret is not of the expected length, got " + secret.length + ", expected one of "
                                + lengths.toString().replace(",", "")));
            } catch (IllegalArgumentException e) {
                errors.add(FieldError.invalid(path, "REDACTED", "secrets must be base64 encoded"));
            }
            return null;
        }

        private @Nullable Provider kms(ConfigObject kms) {
            int before = errors.size();
            String version = kms.text("apiVersion", "");
            String name = kms.text("name", "");
            if (name.isEmpty()) {
                errors.add(FieldError.required(kms.place("name"), "name is a mandatory field for a provider"));
            }
            if (version.isEmpty() || version.equals("v1")) {
                throw config.problem(
                        "",
                        "KMSv1 is deprecated and will only receive security updates going forward. Use KMSv2 instead.");
            }
            if (!version.equals("v2")) {
                errors.add(FieldError.invalid(
                        kms.place("apiVersion"),
                        version,
                        "unsupported apiVersion apiVersion for KMS provider, only v1 and v2 are supported"));
            }
            if (name.contains(":")) {
                errors.add(FieldError.invalid(
                        kms.place("name"), name, "invalid KMS provider name " + name + ", must not contain ':'"));
            }
            if (!names.add(name)) {
                errors.add(FieldError.invalid(
                        kms.place("name"), name, "duplicate KMS provider name " + name + ", names must be unique"));
            }
            Long cacheSize = kms.integer("cachesize").orElse(null);
            if (cacheSize != null) {
                errors.add(FieldError.invalid(kms.place("cachesize"), cacheSize, "cachesize is not supported in v2"));
            }
            Duration timeout = timeout(kms);
            Path socket = socket(kms);
            return errors.size() > before || socket == null ? null : new Kms(name, socket, timeout);
        }

        private Duration timeout(ConfigObject kms) {
            Duration timeout = kms.duration("timeout", Duration.ofSeconds(3));
            if (timeout.isNegative() || timeout.isZero()) {
                errors.add(FieldError.invalid(
                        kms.place("timeout"), kms.text("timeout", ""), "timeout should be a positive value"));
            }
            return timeout;
        }

        private @Nullable Path socket(ConfigObject kms) {
            String endpoint = kms.text("endpoint", "");
            String path = kms.place("endpoint");
            if (endpoint.isEmpty()) {
                errors.add(FieldError.invalid(path, "", "endpoint is a mandatory field for a kms"));
                return null;
            }
            try {
                URI uri = new URI(endpoint);
                if ("unix".equals(uri.getScheme())) {
                    // unix:///run/kms.sock, and unix:///@name for a name in the kernel
                    return Path.of(endpoint.substring(endpoint.startsWith("unix://") ? 7 : 5));
                }
                errors.add(FieldError.invalid(
                        path,
                        endpoint,
                        "unsupported scheme \"" + (uri.getScheme() == null ? "" : uri.getScheme())
                                + "\" for KMS provider, only unix is supported"));
            } catch (URISyntaxException e) {
                errors.add(FieldError.invalid(
                        path, endpoint, "invalid endpoint for kms provider, error: " + e.getMessage()));
            }
            return null;
        }
    }
}
