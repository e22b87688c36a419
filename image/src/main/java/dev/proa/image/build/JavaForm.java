package dev.proa.image.build;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How a Java application is started. */
sealed interface JavaForm permits JavaForm.ClassPath, PackedApp, JavaForm.WebApp {

    /**
     * By a main class.
     *
     * @param mainClass that the project names; null when it names none
     * @param index the layers that the project asks for; null when it names none
     */
    record ClassPath(@Nullable String mainClass, @Nullable BootIndex index) implements JavaForm {}

    /**
     * A war that a servlet container serves.
     *
     * @param root the directory of what is in the war, without its classes and libraries
     * @param server the jars of the servlet container
     */
    record WebApp(Path root, List<Path> server) implements JavaForm {
        public WebApp {
            server = List.copyOf(server);
        }
    }
}
