package dev.proa.image.build;

import dev.proa.image.source.SourceCopy;
import java.nio.file.Path;
import java.util.List;

/** Gets Tomcat by the tool that builds a project, from the repositories that it is set up with. */
interface ServerJars {
    /** All that a war may expect of Tomcat: servlets, pages with their expressions, and web sockets. */
    List<String> ARTIFACTS = List.of("tomcat-embed-core", "tomcat-embed-jasper", "tomcat-embed-websocket");

    String GROUP = "org.apache.tomcat.embed";

    /**
     * Puts the jars with all that they need into a copy.
     *
     * @return their paths, in order
     */
    List<Path> add(ServletApi api, SourceCopy copy);
}
