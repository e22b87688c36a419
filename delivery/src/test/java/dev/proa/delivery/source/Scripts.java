package dev.proa.delivery.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/** Shell scripts that stand for programs. */
final class Scripts {
    private Scripts() {}

    static Tool tool(Path directory, String name, String text, String... arguments) throws IOException {
        Path file = directory.resolve(name);
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> command = new ArrayList<>(List.of(file.toString()));
        command.addAll(List.of(arguments));
        String shown = arguments.length == 0 ? name : name + " " + String.join(" ", arguments);
        return new Tool(shown, command, List.of("version"));
    }
}
