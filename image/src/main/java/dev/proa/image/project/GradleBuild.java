package dev.proa.image.project;

import dev.proa.image.ImageFailure;
import dev.proa.image.source.SourceFolder;
import dev.proa.image.source.SourceFolder.Kind;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A Gradle build as far as the text of its scripts tells, in Groovy or Kotlin.
 *
 * @param name of the root project; empty when it has none
 * @param modules the directories of its other projects, relative to the root
 * @param applications the directories of the projects that are applications, by their plugins; empty for the root
 * @param wrapperVersion of Gradle that the wrapper brings; empty when there is no wrapper
 */
public record GradleBuild(String name, List<String> modules, List<String> applications, String wrapperVersion) {
    /** The names of scripts. */
    private static final List<String> SETTINGS = List.of("settings.gradle.kts", "settings.gradle");

    private static final List<String> BUILDS = List.of("build.gradle.kts", "build.gradle");

    private static final Pattern NAME = Pattern.compile("rootProject\\.name\\s*=\\s*[\"']([^\"']+)[\"']");
    private static final Pattern INCLUDE =
            Pattern.compile("(?m)^\\s*include\\b\\s*\\(?((?:\\s*[\"'][^\"']+[\"']\\s*,?)+)");
    private static final Pattern QUOTED = Pattern.compile("[\"']([^\"']+)[\"']");
    private static final Pattern APPLICATION = Pattern.compile(
            "(?m)^(?!.*apply\\s*\\(?\\s*false).*(?:(?:id|apply plugin:|plugin)\\s*\\(?\\s*[\"'](?:application|war|org\\.springframework\\.boot|"
                    + "io\\.quarkus|io\\.micronaut\\.(?:minimal\\.)?application|io\\.ktor\\.plugin)[\"']"
                    + "|^\\s*`?application`?\\s*$"
                    + "|alias\\s*\\(\\s*libs\\.plugins\\.[\\w.]*(?:boot|quarkus|micronaut|ktor))");

    private static final Pattern DISTRIBUTION = Pattern.compile("distributionUrl=.*gradle-([0-9][0-9.]*)[^/]*\\.zip");
    private static final String WRAPPER = "gradle/wrapper/gradle-wrapper.properties";
    private static final int MAX_MODULES = 500;

    public GradleBuild {
        modules = List.copyOf(modules);
        applications = List.copyOf(applications);
    }

    /** Whether a folder has a build script or the settings of a build. */
    public static boolean in(SourceFolder folder) {
        return file(folder, "", BUILDS) != null || isRoot(folder);
    }

    /** Whether a folder is the root of a build. */
    public static boolean isRoot(SourceFolder folder) {
        return file(folder, "", SETTINGS) != null;
    }

    /** Reads the build whose root is a folder. */
    public static GradleBuild read(SourceFolder folder) {
        String settingsFile = file(folder, "", SETTINGS);
        String settings = settingsFile == null ? "" : uncommented(Sources.text(folder, settingsFile));
        Matcher name = NAME.matcher(settings);
        Set<String> modules = new LinkedHashSet<>();
        Matcher include = INCLUDE.matcher(settings);
        while (include.find() && modules.size() < MAX_MODULES) {
            QUOTED.matcher(include.group(1))
                    .results()
                    .map(quoted -> quoted.group(1).replaceFirst("^:", "").replace(':', '/'))
                    .filter(path -> folder.kind(path) == Kind.DIRECTORY)
                    .forEach(modules::add);
        }
        List<String> applications = new ArrayList<>();
        List<String> all = new ArrayList<>(List.of(""));
        all.addAll(modules);
        for (String module : all) {
            String script = file(folder, module, BUILDS);
            if (script != null
                    && APPLICATION
                            .matcher(uncommented(Sources.text(folder, script)))
                            .find()) {
                applications.add(module);
            }
        }
        Matcher wrapper = DISTRIBUTION.matcher(
                Sources.has(folder, "gradlew")
                        ? Sources.textIfAny(folder, WRAPPER).replace("\\", "")
                        : "");
        return new GradleBuild(
                name.find() ? name.group(1) : "",
                List.copyOf(modules),
                applications,
                wrapper.find() ? wrapper.group(1) : "");
    }

    /**
     * The project to build when the user names the root.
     *
     * @return its directory; empty for the root
     * @throws ImageFailure when it is not clear; the message lists those that there are
     */
    public String application(Path folder) {
        if (applications.contains("") || modules.isEmpty()) {
            return "";
        }
        if (applications.size() == 1) {
            return applications.getFirst();
        }
        throw ImageFailure.invalid(folder + " is a Gradle build of several projects, and "
                + (applications.isEmpty() ? "none has the plugin of an application" : "several are applications")
                + "; give the directory of the one to deploy: "
                + String.join(", ", applications.isEmpty() ? modules : applications));
    }

    private static String uncommented(String script) {
        return script.replaceAll("(?s)/\\*.*?\\*/", "").replaceAll("(?m)(^|\\s)//.*$", "");
    }

    private static @Nullable String file(SourceFolder folder, String module, List<String> names) {
        for (String name : names) {
            String path = module.isEmpty() ? name : module + "/" + name;
            if (Sources.has(folder, path)) {
                return path;
            }
        }
        return null;
    }
}
