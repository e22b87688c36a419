package dev.proa.image.build;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A private copy of what the build of a Java application left. Closing deletes it. */
interface JavaOutput extends AutoCloseable {

    /** The directory of classes and resources. */
    Path classes();

    /** The jars of the libraries, in order. */
    List<Path> libraries();

    /** The application as packaged by the build itself; null if it does not package one. */
    @Nullable
    PackedApp packed();

    /** The main class that the project names; null when it names none. */
    @Nullable
    String mainClass();

    /** The layers that the project asks for; null when it names none. */
    @Nullable
    BootIndex index();

    @Override
    void close();
}
