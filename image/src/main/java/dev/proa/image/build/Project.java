package dev.proa.image.build;

import dev.proa.image.project.Application;
import java.nio.file.Path;

/** The kind of project in a directory. */
public sealed interface Project {

    /**
     * A project whose image a Dockerfile describes, whatever else is in the directory.
     *
     * @param file the Dockerfile in it
     */
    record DockerfileProject(Path directory, Path file) implements Project {}

    /**
     * A Java application that Maven builds.
     *
     * @param name of the application: its artifact's, whatever folder it lies in
     */
    record MavenProject(Path directory, String name) implements Project {}

    /**
     * A Java application that Gradle builds.
     *
     * @param root of the build
     * @param module the directory of the application's project in it; empty for the root
     * @param name of the application: the project's
     */
    record GradleProject(Path directory, Path root, String module, String name) implements Project {

        /** A path of the project as one of the root. */
        String path(String ofProject) {
            return module.isEmpty() ? ofProject : module + "/" + ofProject;
        }

        /** A task of the project by its full name; the project itself when the task is empty. */
        String task(String task) {
            String path = ":" + module.replace('/', ':');
            return task.isEmpty() || path.equals(":") ? path + task : path + ":" + task;
        }
    }

    /**
     * An application in another language.
     *
     * @param root the folder that its tools work in: the directory, or one above it with the module that it is a part of
     */
    record SourceProject(Path directory, Path root, Application application) implements Project {}

    /**
     * Files that a web server serves as they are.
     *
     * @param root the directory with {@code index.html}, the project's own or one in it
     */
    record StaticSite(Path directory, Path root) implements Project {}

    /**
     * An unknown kind.
     *
     * @param message says what was found and what to do
     */
    record Unknown(Path directory, String message) implements Project {}
}
