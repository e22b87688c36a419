package dev.proa.node.kubelet;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The end of a container's log file in the CRI's format. */
final class LogTail {
    private LogTail() {}

    /** The contents of the last lines; empty when there is no such file. */
    static String lastLines(Path log, int lines, int bytes) {
        if (!Files.exists(log)) {
            return "";
        }
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "r")) {
            long from = Math.max(0, file.length() - 2L * bytes - 4096);
            file.seek(from);
            byte[] end = new byte[(int) (file.length() - from)];
            file.readFully(end);
            List<String> contents = new ArrayList<>();
            for (String line : new String(end, StandardCharsets.UTF_8).split("\n")) {
                String[] parts = line.split(" ", 4);
                if (parts.length == 4) {
                    contents.add(parts[3]);
                }
            }
            List<String> last = contents.subList(Math.max(0, contents.size() - lines), contents.size());
            String text = String.join("\n", last) + (last.isEmpty() ? "" : "\n");
            return text.length() > bytes ? text.substring(text.length() - bytes) : text;
        } catch (IOException e) {
            return "Error on reading the log " + log + ": " + e.getMessage();
        }
    }
}
