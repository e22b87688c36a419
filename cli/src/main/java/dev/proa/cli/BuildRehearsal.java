package dev.proa.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Builds a small image by a Dockerfile during the training run of the AOT cache, for what such builds generate at run time. Where Dockerfiles
 * cannot be built, as without root, it ends where they are refused.
 */
final class BuildRehearsal {
    private BuildRehearsal() {}

    /** @param directory is the home of a cluster that is thrown away */
    static void run(Path directory) throws IOException {
        Path context = Files.createDirectories(directory.resolve("context"));
        Path file = Files.createDirectories(context.resolve("folder")).resolve("file");
        for (int i = 0; i < 2; i++) {
            Files.writeString(file, "version " + i);
            Files.writeString(
                    context.resolve("Dockerfile"),
                    "FROM scratch\nWORKDIR /app\nCOPY folder/file /etc/\nCOPY . .\nENV A=b\nCMD [\"a\"]\n");
            Main.run("image", "build", "-t", "rehearsal", context.toString());
        }
    }
}
