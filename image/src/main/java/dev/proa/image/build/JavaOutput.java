package dev.proa.image.build;

import java.nio.file.Path;
import java.util.List;

/** A private copy of what the build of a Java application left. Closing deletes it. */
interface JavaOutput extends AutoCloseable {

    /** The directory of classes and resources. */
    Path classes();

    /** The jars of the libraries, in order; not asked for when the build has packaged the application. */
    List<Path> libraries();

    /** How the application is started. */
    JavaForm form();

    @Override
    void close();
}
