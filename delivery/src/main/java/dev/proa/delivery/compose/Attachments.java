package dev.proa.delivery.compose;

import dev.proa.api.value.ListValue;
import dev.proa.api.value.MapValue;
import dev.proa.delivery.config.DotEnv;
import dev.proa.delivery.config.Located;
import dev.proa.delivery.source.EnvSecret;
import dev.proa.delivery.source.ManifestSource.Setting;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What containers get besides their image: volumes, files, configs, secrets and environment files. Makes the objects for them, each
 * once for all services. For one thread.
 */
final class Attachments {
    /** Kubernetes takes no larger ConfigMap or Secret. */
    private static final int MOST_BYTES = 1 << 20;

    private final Path project;
    private final SourceFolder folder;
    private final ComposeFile.Loaded file;
    private final Setting setting;
    private final Notes notes;
    private final Map<String, MapValue> objects;

    Attachments(
            Path project,
            SourceFolder folder,
            ComposeFile.Loaded file,
            Setting setting,
            Notes notes,
            Map<String, MapValue> objects) {
        this.project = project;
        this.folder = folder;
        this.file = file;
        this.setting = setting;
        this.notes = notes;
        this.objects = objects;
    }

    /** The volumes of one service's pods and their mounts in its container, by name and by path. */
    static final class Mounts {
        private final Map<String, MapValue> volumes = new LinkedHashMap<>();
        private final Map<String, MapValue> mounts = new LinkedHashMap<>();

        void add(MapValue volume, MapValue mount) {
            String name = volume.string("name");
            volumes.put(name, volume);
            mounts.put(mount.string("mountPath"), mount.with("name", name));
        }

        ListValue volumes() {
            return ListValue.copyOf(volumes.values());
        }

        ListValue mounts() {
            return ListValue.copyOf(mounts.values());
        }

        boolean anyClaim() {
            return volumes.values().stream().anyMatch(volume -> volume.has("persistentVolumeClaim"));
        }
    }

    /** The volumes, configs and secrets of a service. */
    Mounts of(String service, Located value) {
        Mounts mounts = new Mounts();
        int number = 0;
        for (Located item : value.get("volumes").items()) {
            volume(service + "-" + number++, item, value, mounts);
        }
        for (Located item : ComposeValues.texts(value.get("tmpfs")).stream()
                .map(value.get("tmpfs")::with)
                .toList()) {
            String[] parts = item.text("").split(":", 2);
            mounts.add(memory(service + "-" + number++, ""), MapValue.of("mountPath", parts[0]));
        }
        if (value.get("shm_size").present()) {
            mounts.add(
                    memory(service + "-" + number, ComposeValues.bytes(value.get("shm_size"))),
                    MapValue.of("mountPath", "/dev/shm"));
        }
        value.get("configs").items().forEach(item -> file(item, "configs", mounts));
        value.get("secrets").items().forEach(item -> file(item, "secrets", mounts));
        return mounts;
    }

    private static MapValue memory(String name, String size) {
        MapValue medium = MapValue.of("medium", "Memory");
        return MapValue.of("name", name, "emptyDir", size.isEmpty() ? medium : medium.with("sizeLimit", size));
    }

    private void volume(String name, Located item, Located service, Mounts mounts) {
        String source;
        String target;
        String type;
        boolean readOnly;
        if (item.value() instanceof MapValue) {
            source = item.get("source").text("");
            target = item.get("target").text("");
            type = item.get("type").text("volume");
            readOnly = item.get("read_only").bool(false);
        } else {
            String[] parts = item.text("").split(":");
            boolean alone = parts.length == 1;
            source = alone ? "" : parts[0];
            target = alone ? parts[0] : parts[1];
            type = source.startsWith(".") || source.startsWith("/") || source.startsWith("~") ? "bind" : "volume";
            readOnly = parts.length > 2 && List.of(parts[2].split(",")).contains("ro");
        }
        if (!target.startsWith("/")) {
            throw item.wrong("needs an absolute path in the container");
        }
        MapValue mount = MapValue.of("mountPath", target);
        if (readOnly) {
            mount = mount.with("readOnly", true);
        }
        switch (type) {
            case "bind" -> bind(name, item, source, mount, service, mounts);
            case "tmpfs" -> mounts.add(memory(name, ""), mount);
            case "volume" -> {
                if (source.isEmpty()) {
                    mounts.add(MapValue.of("name", name, "emptyDir", MapValue.EMPTY), mount);
                } else {
                    named(item, source, mount, mounts);
                }
            }
            default -> notes.add(item, "is not translated: there are no volumes of type " + type);
        }
    }

    private void named(Located item, String source, MapValue mount, Mounts mounts) {
        Located declared = file.root().get("volumes");
        if (!declared.fields().containsKey(source)) {
            throw item.wrong("names the volume \"" + source + "\", which is not in volumes");
        }
        Located volume = declared.get(source);
        notes.add(volume.get("driver_opts"), "is not translated: the cluster's storage class decides");
        String name = ComposeValues.label(source);
        if (!setting.claims()) {
            notes.add(
                    item,
                    "is empty when its pod is new, and each pod has its own: this cluster provides no persistent volumes yet");
            mounts.add(MapValue.of("name", name, "emptyDir", MapValue.EMPTY), mount);
            return;
        }
        boolean external = volume.get("external").text("").equals("true");
        String claim = ComposeValues.label(volume.get("name").text(source));
        if (external) {
            notes.add(volume, "is external: a PersistentVolumeClaim \"" + claim + "\" must exist");
        } else {
            notes.add(volume, "is a PersistentVolumeClaim of 1Gi: set the size that is needed in its manifest");
            objects.put(
                    "claim/" + claim,
                    object("PersistentVolumeClaim", claim)
                            .with(
                                    "spec",
                                    MapValue.of(
                                            "accessModes",
                                            ListValue.of("ReadWriteOnce"),
                                            "resources",
                                            MapValue.of("requests", MapValue.of("storage", "1Gi")))));
        }
        mounts.add(MapValue.of("name", name, "persistentVolumeClaim", MapValue.of("claimName", claim)), mount);
    }

    /** Files of the project become a ConfigMap; a folder that is built into the image needs none. */
    private void bind(String name, Located item, String source, MapValue mount, Located service, Mounts mounts) {
        if (!source.startsWith("./") && !source.equals(".")) {
            notes.add(
                    item, "is not translated: it is outside of the project, and pods do not see this machine's files");
            return;
        }
        String path = file.directory() + source.replaceFirst("^\\./?", "").replaceAll("/+$", "");
        if (folder.kind(path) == Kind.NOTHING) {
            notes.add(item, "is not translated: there is no " + source);
            return;
        }
        boolean one = folder.kind(path) == Kind.FILE;
        if (!one && service.get("build").present() && built(service).startsWith(path.isEmpty() ? "" : path)) {
            notes.add(item, "is not mounted: the image has what was in it when it was built");
            return;
        }
        Map<String, byte[]> files = files(item, path, one);
        if (files.isEmpty()) {
            return;
        }
        objects.put("bind/" + name, contents("ConfigMap", name, keyed(files)));
        MapValue map = MapValue.of("name", name);
        if (one) {
            mounts.add(
                    MapValue.of("name", name, "configMap", map),
                    mount.with("subPath", key(files.keySet().iterator().next())));
            return;
        }
        List<MapValue> items = files.keySet().stream()
                .map(file -> MapValue.of("key", key(file), "path", file))
                .toList();
        mounts.add(MapValue.of("name", name, "configMap", map.with("items", ListValue.copyOf(items))), mount);
    }

    private String built(Located service) {
        Located build = service.get("build");
        String context =
                build.value() instanceof MapValue ? build.get("context").text(".") : build.text(".");
        return file.directory() + context.replaceFirst("^\\./?", "").replaceAll("/+$", "");
    }

    private Map<String, byte[]> files(Located item, String path, boolean one) {
        Map<String, byte[]> files = new TreeMap<>();
        if (one) {
            files.put(path.substring(path.lastIndexOf('/') + 1), folder.read(path));
        } else {
            long size = 0;
            for (SourceFolder.Entry entry : folder.walk(path, any -> true)) {
                if (entry.kind() == Kind.FILE && size <= MOST_BYTES) {
                    byte[] content = folder.read(entry.path());
                    size += content.length;
                    files.put(path.isEmpty() ? entry.path() : entry.path().substring(path.length() + 1), content);
                }
            }
        }
        if (files.values().stream().mapToLong(content -> content.length).sum() > MOST_BYTES) {
            notes.add(
                    item,
                    "is not translated: its files are more than the 1 MiB that a ConfigMap holds; copy them into the image");
            return Map.of();
        }
        return files;
    }

    private static Map<String, byte[]> keyed(Map<String, byte[]> files) {
        Map<String, byte[]> keyed = new TreeMap<>();
        files.forEach((path, content) -> keyed.put(key(path), content));
        return keyed;
    }

    /** The key of a file in a ConfigMap: letters, digits, dots, dashes and underscores; others are written by their code. */
    private static String key(String path) {
        StringBuilder key = new StringBuilder();
        path.codePoints().forEach(c -> {
            if (c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '-')) {
                key.appendCodePoint(c);
            } else {
                key.append(c == '/' ? "_" : "_" + Integer.toHexString(c) + "_");
            }
        });
        return key.toString();
    }

    /** A config or secret of the file, mounted as Compose does. */
    private void file(Located item, String list, Mounts mounts) {
        boolean brief = !(item.value() instanceof MapValue);
        String source = brief ? item.text("") : item.get("source").text("");
        Located declared = file.root().get(list).get(source);
        if (!file.root().get(list).fields().containsKey(source)) {
            throw item.wrong("names \"" + source + "\", which is not in " + list);
        }
        boolean secret = list.equals("secrets");
        String name = ComposeValues.label(declared.get("name").text(source));
        String key = define(declared, source, name, secret);
        String usual = secret ? "/run/secrets/" + source : "/" + source;
        String target = brief ? usual : item.get("target").text(usual);
        String path = target.startsWith("/") ? target : (secret ? "/run/secrets/" : "/") + target;
        MapValue entry = MapValue.of("key", key, "path", key);
        if (!brief && item.get("mode").present()) {
            entry = entry.with("mode", mode(item.get("mode")));
        }
        if (!brief) {
            notes.add(item.get("uid"), "is not translated: the file belongs to root");
            notes.add(item.get("gid"), "is not translated: the file belongs to root");
        }
        MapValue from = MapValue.of(secret ? "secretName" : "name", name, "items", ListValue.of(entry));
        mounts.add(
                MapValue.of(
                        "name",
                        list.substring(0, list.length() - 1) + "-" + name,
                        secret ? "secret" : "configMap",
                        from),
                MapValue.of("mountPath", path, "subPath", key, "readOnly", true));
    }

    private static long mode(Located value) {
        String text = value.text("");
        if (value.value() instanceof Long number) {
            return number;
        }
        if (!text.matches("0?[0-7]{1,4}")) {
            throw value.wrong("must be an octal mode such as 0440");
        }
        return Long.parseLong(text, 8);
    }

    /** Makes the object of a config or secret unless it is external; returns its key. */
    private String define(Located declared, String source, String name, boolean secret) {
        String kind = secret ? "Secret" : "ConfigMap";
        String key = key(source);
        if (declared.get("external").text("").equals("true")) {
            notes.add(declared, "is external: a " + kind + " \"" + name + "\" with the key \"" + key + "\" must exist");
            return key;
        }
        byte[] content;
        Located path = declared.get("file");
        Located variable = declared.get("environment");
        if (path.present()) {
            content = folder.read(file.directory() + path.text("").replaceFirst("^\\./", ""));
        } else if (variable.present()) {
            String value = file.environment().get(variable.text(""));
            if (value == null) {
                throw variable.wrong("names a variable that is not set");
            }
            content = value.getBytes(StandardCharsets.UTF_8);
        } else if (declared.get("content").present()) {
            content = declared.get("content").text("").getBytes(StandardCharsets.UTF_8);
        } else {
            throw declared.wrong("needs a file, content or environment, or external: true");
        }
        if (content.length > MOST_BYTES) {
            throw declared.wrong("has more than the 1 MiB that a " + kind + " holds");
        }
        objects.put(kind + "/" + name, contents(kind, name, Map.of(key, content)));
        return key;
    }

    /** The environment files of a service as the source of its environment, with the Secret for them; null when it has none. */
    @org.jspecify.annotations.Nullable
    MapValue environmentFiles(String service, Located value) {
        Map<String, String> values = new LinkedHashMap<>();
        Located files = value.get("env_file");
        List<Located> each =
                files.value() instanceof ListValue ? files.items() : files.present() ? List.of(files) : List.of();
        for (Located item : each) {
            boolean brief = !(item.value() instanceof MapValue);
            String path = file.directory()
                    + (brief ? item : item.get("path")).text("").replaceFirst("^\\./", "");
            if (folder.kind(path) != Kind.FILE) {
                if (brief || item.get("required").bool(true)) {
                    throw item.wrong("names " + path + ", which is not there");
                }
                continue;
            }
            String text = new String(folder.read(path), StandardCharsets.UTF_8);
            values.putAll(DotEnv.parse(project.resolve(path).toString(), text, file.environment()::get));
        }
        if (values.isEmpty()) {
            return null;
        }
        String name = EnvSecret.name(service);
        objects.put("env/" + name, EnvSecret.of(name, service, values));
        return MapValue.of("secretRef", MapValue.of("name", name));
    }

    private MapValue object(String kind, String name) {
        return MapValue.of(
                "apiVersion",
                "v1",
                "kind",
                kind,
                "metadata",
                MapValue.of("name", name, "labels", MapValue.of("app.kubernetes.io/part-of", setting.name())));
    }

    private MapValue contents(String kind, String name, Map<String, byte[]> files) {
        MapValue.Builder text = MapValue.builder();
        MapValue.Builder binary = MapValue.builder();
        files.forEach((key, content) -> {
            String decoded = new String(content, StandardCharsets.UTF_8);
            boolean plain = kind.equals("ConfigMap")
                    && java.util.Arrays.equals(decoded.getBytes(StandardCharsets.UTF_8), content);
            (plain ? text : binary)
                    .put(key, plain ? decoded : Base64.getEncoder().encodeToString(content));
        });
        MapValue object = object(kind, name);
        if (kind.equals("Secret")) {
            return object.with("data", binary.build());
        }
        MapValue encoded = binary.build();
        MapValue plain = text.build();
        MapValue result = plain.isEmpty() ? object : object.with("data", plain);
        return encoded.isEmpty() ? result : result.with("binaryData", encoded);
    }
}
