package dev.proa.delivery.config;

import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code proa.yaml}, which lists the applications of a folder. A folder needs it only when it has several, or when what is
 * found in it is not what is wanted:
 *
 * <pre>
 * applications:
 *   - folder: api
 *   - folder: web
 *     port: 3000
 *     needs: [api]
 * </pre>
 */
public final class ProaFile {
    /** Its name. */
    public static final String NAME = "proa.yaml";

    private static final int MOST_APPLICATIONS = 100;
    private static final Set<String> FIELDS = Set.of(
            "name",
            "folder",
            "port",
            "replicas",
            "manifests",
            "values",
            "set",
            "profiles",
            "env",
            "needs",
            "strategy",
            "sync");

    private ProaFile() {}

    /**
     * The applications of a folder in the order in which they are deployed: each after those that it needs, else as they are
     * listed. A folder without the file is one application.
     *
     * @param only the name of the one wanted; empty for all
     * @throws DeliveryFailure when the file is wrong; the message names the line
     */
    public static List<AppSpec> applications(Path project, String only) {
        List<AppSpec> all = read(project);
        if (only.isEmpty()) {
            return all;
        }
        List<AppSpec> wanted =
                all.stream().filter(app -> name(app).equals(only)).toList();
        if (wanted.isEmpty()) {
            throw new DeliveryFailure("there is no application \"" + only + "\" in " + project + "; there is "
                    + all.stream().map(ProaFile::name).collect(Collectors.joining(", ")));
        }
        return wanted;
    }

    private static List<AppSpec> read(Path project) {
        try (SourceFolder folder = SourceFolder.open(project)) {
            if (folder.kind(NAME) != Kind.FILE) {
                return List.of(AppSpec.of(project));
            }
            Located root = Located.parse(project.resolve(NAME).toString(), folder.read(NAME));
            root.only(Set.of("applications"));
            Map<String, AppSpec> apps = new LinkedHashMap<>();
            Map<String, Located> needs = new LinkedHashMap<>();
            List<Located> listed = root.get("applications").items();
            if (listed.isEmpty() || listed.size() > MOST_APPLICATIONS) {
                throw root.get("applications")
                        .wrong("must list 1 to " + MOST_APPLICATIONS + " applications, each with its folder");
            }
            for (Located item : listed) {
                AppSpec app = application(project, folder, item);
                if (apps.put(name(app), app) != null) {
                    throw item.wrong("is the second one with the name \"" + name(app) + "\": give it another name");
                }
                needs.put(name(app), item.get("needs"));
            }
            return ordered(apps, needs);
        }
    }

    /** The name that others refer to it by. */
    private static String name(AppSpec app) {
        return app.name().isEmpty() ? String.valueOf(app.folder().getFileName()) : app.name();
    }

    private static AppSpec application(Path project, SourceFolder folder, Located item) {
        if (item.fields().isEmpty()) {
            throw item.wrong("must be an object with a folder");
        }
        item.only(FIELDS);
        Located name = item.get("name");
        if (name.present() && !name.text("").matches("[a-z]([a-z0-9-]{0,48}[a-z0-9])?")) {
            throw name.wrong("must begin with a letter and have up to 50 lower-case letters, digits and dashes");
        }
        Path own = project.resolve(inside(folder, item.get("folder"), Kind.DIRECTORY))
                .normalize();
        Map<String, String> env = new LinkedHashMap<>();
        item.get("env").fields().forEach((key, value) -> env.put(key, value.text("")));
        Located manifests = item.get("manifests");
        if (manifests.present()) {
            inside(folder, manifests.with(item.get("folder").text(".") + "/" + manifests.text("")), null);
        }
        List<Path> values = new ArrayList<>();
        for (Located file : item.get("values").items()) {
            values.add(project.resolve(
                    inside(folder, file.with(item.get("folder").text(".") + "/" + file.text("")), Kind.FILE)));
        }
        return new AppSpec(
                name.text(""),
                own,
                item.get("port").number(0, 1, 65_535),
                item.get("replicas").number(0, 1, 1000),
                manifests.text(""),
                values,
                item.get("set").texts(),
                item.get("profiles").texts(),
                env,
                item.get("needs").texts(),
                strategy(item.get("strategy")),
                item.get("sync").items().stream().map(ProaFile::sync).toList());
    }

    private static @Nullable Strategy strategy(Located item) {
        try {
            return item.present() ? Strategy.parse(item.text("")) : null;
        } catch (DeliveryFailure e) {
            throw item.wrong("is wrong: " + e.getMessage());
        }
    }

    private static SyncRule sync(Located item) {
        item.only(Set.of("from", "to"));
        try {
            return new SyncRule(
                    item.get("from").text("").replaceAll("/+$", ""),
                    item.get("to").text(""));
        } catch (DeliveryFailure e) {
            throw item.wrong("is no rule: " + e.getMessage());
        }
    }

    /** The path of a file or folder that is in the project. */
    private static String inside(SourceFolder folder, Located path, @Nullable Kind kind) {
        String text = path.text("");
        if (text.isEmpty()) {
            throw path.wrong("is missing: name a folder beside this file");
        }
        Kind found = folder.kind(text);
        if (found == Kind.NOTHING || kind != null && found != kind) {
            throw path.wrong("names " + text + ", which is no " + (kind == Kind.FILE ? "file" : "folder") + " here");
        }
        return text;
    }

    private static List<AppSpec> ordered(Map<String, AppSpec> apps, Map<String, Located> needs) {
        Set<String> done = new LinkedHashSet<>();
        apps.keySet().forEach(name -> visit(name, apps, needs, done, new LinkedHashSet<>()));
        return done.stream()
                .map(name -> java.util.Objects.requireNonNull(apps.get(name)))
                .toList();
    }

    private static void visit(
            String name, Map<String, AppSpec> apps, Map<String, Located> needs, Set<String> done, Set<String> above) {
        if (done.contains(name)) {
            return;
        }
        Located own = java.util.Objects.requireNonNull(needs.get(name));
        if (!above.add(name)) {
            throw own.wrong("makes a circle: " + String.join(" needs ", above) + " needs " + name);
        }
        for (Located need : own.items()) {
            if (!apps.containsKey(need.text(""))) {
                throw need.wrong("names \"" + need.text("") + "\", which is no application here; there is "
                        + String.join(", ", apps.keySet()));
            }
            visit(need.text(""), apps, needs, done, above);
        }
        above.remove(name);
        done.add(name);
    }
}
