package dev.proa.node.kubelet.container;

import dev.proa.node.linux.RegularFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Arrays;

/** Reads the end of a container's log file in the CRI's format. */
public final class LogTail {
    /** Larger than the longest part of a line, and enough for many short ones. */
    private static final int WINDOW = 64 << 10;

    private LogTail() {}

    /**
     * The contents of the last lines; empty when there is no such file. Incomplete characters and invalid UTF-8 become
     * replacement characters.
     *
     * @param lines the largest number of lines; a line may have been written in parts
     * @param bytes the largest number of bytes, from the end
     */
    public static String lastLines(Path log, int lines, int bytes) {
        try (FileChannel file = RegularFiles.read(log)) {
            long from = Math.max(0, file.size() - WINDOW);
            byte[] end = Channels.newInputStream(file.position(from)).readNBytes(WINDOW);
            byte[] text = contents(end, from == 0 ? 0 : next(end, 0), lines);
            int cut = Math.max(0, text.length - bytes);
            return new String(text, cut, text.length - cut, StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            return "Error on reading the log " + log + ": " + e.getMessage();
        }
    }

    private static byte[] contents(byte[] log, int begin, int lines) {
        ByteArrayOutputStream text = new ByteArrayOutputStream(log.length);
        ArrayDeque<Integer> starts = new ArrayDeque<>(); // where in the text the last lines begin
        boolean begun = false;
        for (int start = begin; start < log.length; start = next(log, start)) {
            int next = next(log, start);
            int end = log[next - 1] == '\n' ? next - 1 : next;
            int tag = field(log, field(log, start, end), end);
            int content = field(log, tag, end);
            if (content > end) {
                continue; // not a log line
            }
            if (!begun) {
                starts.add(text.size());
            }
            if (starts.size() > lines) {
                starts.removeFirst();
            }
            begun = log[tag] == 'P';
            text.write(log, content, end - content);
            if (!begun) {
                text.write('\n');
            }
        }
        byte[] all = text.toByteArray();
        return starts.isEmpty() ? all : Arrays.copyOfRange(all, starts.getFirst(), all.length);
    }

    /** The start of the line after the one at {@code at}. */
    private static int next(byte[] log, int at) {
        int end = at;
        while (end < log.length && log[end] != '\n') {
            end++;
        }
        return Math.min(log.length, end + 1);
    }

    /** The start of the field after the one at {@code at}; beyond {@code end} when there is none. */
    private static int field(byte[] log, int at, int end) {
        int space = at;
        while (space < end && log[space] != ' ') {
            space++;
        }
        return space + 1;
    }
}
