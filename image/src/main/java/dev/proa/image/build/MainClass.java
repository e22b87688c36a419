package dev.proa.image.build;

import dev.proa.image.ImageFailure;
import java.nio.file.Path;
import java.util.List;

/** Chooses the main class when the project does not name it. */
final class MainClass {
    private MainClass() {}

    /** The only candidate, else the only one with a usual name: Main, App, Application. */
    static String choose(Path project, List<String> candidates) {
        if (candidates.size() == 1) {
            return candidates.getFirst();
        }
        List<String> named = candidates.stream().filter(MainClass::saysSo).toList();
        if (named.size() == 1) {
            return named.getFirst();
        }
        String how = "set the property proa.main.class in its pom.xml";
        throw new ImageFailure(
                ImageFailure.Reason.BUILD_FAILED,
                candidates.isEmpty()
                        ? project + " has no class with a main method; is it a library? If a dependency has it, " + how
                        : project + " has several classes with a main method, " + how + " to one of: "
                                + String.join(", ", candidates));
    }

    private static boolean saysSo(String candidate) {
        String simple = candidate.substring(candidate.lastIndexOf('.') + 1);
        return simple.equals("Main") || simple.equals("App") || simple.endsWith("Application");
    }
}
