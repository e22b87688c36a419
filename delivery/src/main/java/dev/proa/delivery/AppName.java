package dev.proa.delivery;

import dev.proa.delivery.config.DeliveryFailure;
import dev.proa.image.build.Builder;
import dev.proa.image.build.Project;
import dev.proa.image.build.ProjectDetector;
import dev.proa.image.project.Application;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.Locale;
import java.util.zip.CRC32;

/**
 * The name of an application, of its image and of the objects generated for it: a DNS label that begins with a letter,
 * as Services need it (RFC 1035), of at most 50 characters, so that the names of its pods are still labels.
 */
final class AppName {
    private static final int LONGEST = 50;

    private AppName() {}

    /**
     * The name in the project's file, such as the artifactId of a Maven project, which does not depend on where it lies;
     * else the folder's name. A Dockerfile does not change the name.
     */
    static String of(Project project) {
        return switch (project) {
            case Project.DockerfileProject(Path folder, Path file) ->
                switch (ProjectDetector.detect(folder, Builder.PROJECT)) {
                    case Project.Unknown other -> label(folderName(folder));
                    case Project known -> of(known);
                };
            case Project.MavenProject(Path folder, String name) -> label(name.isEmpty() ? folderName(folder) : name);
            case Project.GradleProject(Path folder, Path root, String module, String name) -> label(name);
            case Project.SourceProject(Path folder, Path root, Application application) ->
                label(application.name().isEmpty() ? folderName(folder) : application.name());
            case Project.StaticSite(Path folder, Path root) -> label(folderName(folder));
            case Project.Unknown(Path folder, String message) -> throw new DeliveryFailure(message);
        };
    }

    /** The name of a folder that is no project itself. */
    static String of(Path folder) {
        return label(folderName(folder));
    }

    /**
     * The name that the user asked for, or {@code own} when that is empty.
     *
     * @throws DeliveryFailure when it is not a valid name
     */
    static String chosen(String wanted, String own) {
        if (wanted.isEmpty()) {
            return own;
        }
        if (!label(wanted).equals(wanted)) {
            throw new DeliveryFailure(
                    "\"" + wanted + "\" cannot name an application: begin with a letter and use up to " + LONGEST
                            + " lower-case letters, digits and dashes, as in --as " + label(wanted));
        }
        return wanted;
    }

    private static String folderName(Path folder) {
        return folder.getFileName() == null ? "" : folder.getFileName().toString();
    }

    /**
     * Turns any text into a name: accents are dropped, and other characters than ASCII letters and digits become
     * dashes.
     */
    static String label(String text) {
        String plain = Normalizer.normalize(text, Normalizer.Form.NFD)
                .replaceAll("\\p{M}+", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9]+", "-")
                .replaceAll("^-+|-+$", "");
        if (plain.isEmpty()) {
            // Nothing of the name is left, as of a Japanese one; different names must still differ.
            CRC32 sum = new CRC32();
            sum.update(text.getBytes(StandardCharsets.UTF_8));
            return "app-" + Long.toHexString(sum.getValue());
        }
        String begun = Character.isLetter(plain.charAt(0)) ? plain : "app-" + plain;
        return begun.length() > LONGEST ? begun.substring(0, LONGEST).replaceAll("-+$", "") : begun;
    }
}
