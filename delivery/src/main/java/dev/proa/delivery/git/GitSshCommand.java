package dev.proa.delivery.git;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.eclipse.jgit.errors.PackProtocolException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What git asks for in a session of SSH, as {@code git-upload-pack '/default/hello.git'}, on a virtual thread. */
final class GitSshCommand implements Command {
    private static final Logger LOG = LoggerFactory.getLogger(GitSshServer.class);
    private static final Pattern FORM = Pattern.compile("git[ -](upload-pack|receive-pack) '?([^' ]+)'?");

    private final GitService service;
    private final String command;
    private @Nullable InputStream in;
    private @Nullable OutputStream out;
    private @Nullable OutputStream err;
    private @Nullable ExitCallback exit;
    private @Nullable Thread thread;

    /** @param command empty for a shell */
    GitSshCommand(GitService service, String command) {
        this.service = service;
        this.command = command;
    }

    @Override
    public void setInputStream(InputStream stream) {
        in = stream;
    }

    @Override
    public void setOutputStream(OutputStream stream) {
        out = stream;
    }

    @Override
    public void setErrorStream(OutputStream stream) {
        err = stream;
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        exit = callback;
    }

    @Override
    public void start(ChannelSession channel, Environment environment) {
        GitUser user = Objects.requireNonNull(channel.getSession().getAttribute(GitSshServer.USER), "a user logged in");
        String protocol = environment.getEnv().getOrDefault("GIT_PROTOCOL", "");
        thread = Thread.ofVirtual().name("git-ssh").start(() -> run(user, protocol));
    }

    @Override
    public void destroy(ChannelSession channel) {
        Thread running = thread;
        if (running != null) {
            running.interrupt();
        }
    }

    private void run(GitUser user, String protocol) {
        ExitCallback ended = Objects.requireNonNull(exit);
        try {
            serve(user, protocol);
            ended.onExit(0);
        } catch (GitFailure e) {
            end(ended, e.text());
        } catch (PackProtocolException e) {
            end(ended, "git's protocol was not followed: " + e.getMessage());
        } catch (IOException e) {
            LOG.debug("{} of {} was not answered to its end", command, user.name(), e);
            end(ended, "the connection broke off");
        } catch (RuntimeException e) {
            LOG.error("{} of {} failed", command, user.name(), e);
            end(ended, "the server failed; its log says why");
        }
    }

    private void serve(GitUser user, String protocol) throws GitFailure, IOException {
        Matcher matcher = FORM.matcher(command);
        if (!matcher.matches()) {
            throw new GitFailure(400, "hello " + user.name() + "; there is no shell here, only repositories for git");
        }
        GitService.Command asked =
                GitService.Command.of("git-" + matcher.group(1)).orElseThrow();
        Optional<RepositoryName> name = RepositoryName.ofPath(matcher.group(2));
        service.serve(
                user,
                name.orElseThrow(
                        () -> new GitFailure(404, "repositories are at /NAMESPACE/NAME.git, not " + matcher.group(2))),
                asked,
                true,
                protocol,
                Objects.requireNonNull(in),
                Objects.requireNonNull(out));
    }

    private void end(ExitCallback ended, String message) {
        try {
            OutputStream to = Objects.requireNonNull(err);
            to.write((message + "\n").getBytes(StandardCharsets.UTF_8));
            to.flush();
        } catch (IOException e) {
            LOG.debug("the client has gone", e);
        }
        ended.onExit(1, message);
    }
}
