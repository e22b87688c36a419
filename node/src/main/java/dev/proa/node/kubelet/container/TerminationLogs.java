package dev.proa.node.kubelet.container;

import dev.proa.node.kubelet.pod.PodDirectories;
import dev.proa.node.linux.Directory;
import dev.proa.node.linux.Errno;
import dev.proa.node.linux.ErrnoException;
import dev.proa.node.linux.FileStatus;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The node's files behind {@code terminationMessagePath}, one for each start of a container. */
public final class TerminationLogs {
    private static final int LONGEST_MESSAGE = 4096;

    private TerminationLogs() {}

    /** Creates the empty file unless it exists; everybody in the container may write to it. */
    static Path create(Path pod, String container, int attempt) throws IOException {
        String name = name(attempt);
        try (Directory directory = PodDirectories.open(directory(pod, container))) {
            FileStatus status = directory.status(name);
            if (status == null || !status.isFile()) {
                directory.delete(name);
                directory.create(name, new byte[0], 0666, -1, -1);
            }
        }
        return directory(pod, container).resolve(name);
    }

    /** The end of the file, or the reason why it cannot be read. */
    public static String read(Path pod, String container, int attempt) {
        try (Directory directory = Directory.open(directory(pod, container))) {
            byte[] message = directory.read(name(attempt), -LONGEST_MESSAGE, LONGEST_MESSAGE);
            return new String(message, StandardCharsets.UTF_8);
        } catch (ErrnoException e) {
            return e.is(Errno.ENOENT) ? "" : failure(e);
        } catch (IOException e) {
            return failure(e);
        }
    }

    private static String failure(IOException e) {
        return "Error on reading termination log: " + e.getMessage();
    }

    private static Path directory(Path pod, String container) {
        return pod.resolve("containers").resolve(container);
    }

    private static String name(int attempt) {
        return "termination-" + attempt;
    }
}
