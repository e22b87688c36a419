package dev.proa.delivery.git;

import dev.proa.api.view.AnyObject;
import dev.proa.delivery.git.PushListener.Push;
import dev.proa.delivery.git.PushListener.Update;
import dev.proa.http.FairBudget;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.eclipse.jgit.lib.ObjectId;
import org.eclipse.jgit.lib.Repository;
import org.eclipse.jgit.transport.PacketLineOut;
import org.eclipse.jgit.transport.ReceiveCommand;
import org.eclipse.jgit.transport.ReceivePack;
import org.eclipse.jgit.transport.RefAdvertiser.PacketLineOutRefAdvertiser;
import org.eclipse.jgit.transport.UploadPack;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Serves fetches and pushes on streams, whatever carries them: checks rights and rules, and tells the listener of pushes. Thread-safe. */
public final class GitService {
    private static final Logger LOG = LoggerFactory.getLogger(GitService.class);
    /** How long a client by SSH may send or take nothing, in seconds. */
    private static final int PATIENCE_SECONDS = 60;

    /** Those of commits that pipelines run for. */
    private static final String OWN_REFS = "refs/proa/";

    private static final long WAIT_MILLIS = 30_000;
    private static final int COMMAND_BYTES = 1 << 20;
    /** What a client may say of what it wants and has, 50 bytes a commit; all of it is kept in memory. */
    private static final long FETCH_BYTES = 16L << 20;

    private final GitAccess access;
    private final Repositories repositories;
    private final GitLimits limits;
    private final PushListener listener;
    private final FairBudget places;

    /** @param listener hears of pushes */
    public GitService(GitAccess access, Repositories repositories, GitLimits limits, PushListener listener) {
        this.access = access;
        this.repositories = repositories;
        this.limits = limits;
        this.listener = listener;
        places = new FairBudget(limits.requests());
    }

    /** What git asks for. */
    enum Command {
        FETCH("git-upload-pack"),
        PUSH("git-receive-pack");

        private final String program;

        Command(String program) {
            this.program = program;
        }

        /** The name of the program in the protocol. */
        String program() {
            return program;
        }

        static Optional<Command> of(String program) {
            return List.of(values()).stream()
                    .filter(one -> one.program.equals(program))
                    .findFirst();
        }
    }

    GitAccess access() {
        return access;
    }

    /** Something that is done with a repository. */
    private interface Action {
        void run(AnyObject object, Repository repository) throws IOException;
    }

    /**
     * Answers the request of smart HTTP that precedes all others: what refs there are.
     *
     * @param protocol the header {@code Git-Protocol}; empty for none
     */
    void advertise(GitUser user, RepositoryName name, Command command, String protocol, OutputStream out)
            throws GitFailure, IOException {
        with(user, name, command, (object, repository) -> {
            PacketLineOut lines = new PacketLineOut(out);
            PacketLineOutRefAdvertiser refs = new PacketLineOutRefAdvertiser(lines);
            switch (command) {
                case FETCH -> {
                    try (UploadPack pack = upload(repository, false, protocol)) {
                        pack.sendAdvertisedRefs(refs, command.program());
                    }
                }
                case PUSH -> {
                    lines.writeString("# service=" + command.program() + "\n");
                    lines.end();
                    receive(user, name, object, repository, false).sendAdvertisedRefs(refs);
                }
            }
            out.flush();
        });
    }

    /**
     * Serves a fetch or a push.
     *
     * @param duplex whether both directions are open at once, as by SSH; by HTTP the request ends before the answer begins
     */
    void serve(
            GitUser user,
            RepositoryName name,
            Command command,
            boolean duplex,
            String protocol,
            InputStream in,
            OutputStream out)
            throws GitFailure, IOException {
        with(user, name, command, (object, repository) -> {
            switch (command) {
                case FETCH -> {
                    try (UploadPack pack = upload(repository, duplex, protocol)) {
                        pack.uploadWithExceptionPropagation(new BoundedInput(in, FETCH_BYTES), out, null);
                    }
                }
                case PUSH -> receive(user, name, object, repository, duplex).receive(in, out, null);
            }
            out.flush();
        });
    }

    private void with(GitUser user, RepositoryName name, Command command, Action action)
            throws GitFailure, IOException {
        AnyObject object = find(user, name, command);
        try {
            if (!places.take(user.name(), 1, WAIT_MILLIS)) {
                throw new GitFailure(429, "too many requests at a time; try again later");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new GitFailure(503, "the server is stopping");
        }
        try (Repository repository = repositories.open(object)) {
            action.run(object, repository);
        } finally {
            places.give(user.name(), 1);
        }
    }

    /** Finds the object of a repository and makes sure that the user may do that; who may not even read it does not learn whether it exists. */
    private AnyObject find(GitUser user, RepositoryName name, Command command) throws GitFailure {
        boolean reads = access.may(user, "get", name);
        boolean writes = command == Command.PUSH && access.may(user, "update", name);
        AnyObject object = reads || writes ? repositories.find(name).orElse(null) : null;
        if (object == null && command == Command.PUSH && access.may(user, "create", name)) {
            object = reads || writes ? repositories.make(name, user) : null;
        }
        if (object == null) {
            throw new GitFailure(404, "there is no repository " + name + ", or " + user.name() + " may not read it");
        }
        if (command == Command.PUSH && !writes) {
            throw new GitFailure(
                    403,
                    user.name() + " may not push to " + name
                            + ": that needs the verb update on the resource repositories." + GitResources.GROUP
                            + " in namespace " + name.namespace());
        }
        return object;
    }

    private static UploadPack upload(Repository repository, boolean duplex, String protocol) {
        UploadPack pack = new UploadPack(repository);
        pack.setBiDirectionalPipe(duplex);
        pack.setTimeout(PATIENCE_SECONDS);
        pack.setRefFilter(refs -> refs.entrySet().stream()
                .filter(ref -> !ref.getKey().startsWith(OWN_REFS))
                .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
        if (!protocol.isEmpty()) {
            pack.setExtraParameters(Set.of(protocol.split(":", -1)));
        }
        return pack;
    }

    private ReceivePack receive(
            GitUser user, RepositoryName name, AnyObject object, Repository repository, boolean duplex) {
        ReceivePack pack = new ReceivePack(repository);
        pack.setBiDirectionalPipe(duplex);
        pack.setTimeout(PATIENCE_SECONDS);
        pack.setMaxPackSizeLimit(limits.packBytes());
        pack.setMaxObjectSizeLimit(limits.objectBytes());
        pack.setMaxCommandBytes(COMMAND_BYTES);
        pack.setCheckReceivedObjects(true);
        pack.setAtomic(true);
        PushRules rules = Repositories.rules(object);
        pack.setPreReceiveHook((receiving, commands) -> refuse(receiving, commands, user, name, rules));
        pack.setPostReceiveHook((receiving, commands) -> tell(receiving, commands, user, name));
        return pack;
    }

    private void refuse(
            ReceivePack pack, Collection<ReceiveCommand> commands, GitUser user, RepositoryName name, PushRules rules) {
        for (ReceiveCommand command : commands) {
            try {
                command.updateType(pack.getRevWalk());
            } catch (IOException e) {
                command.setResult(
                        ReceiveCommand.Result.REJECTED_OTHER_REASON, "the commits cannot be read: " + e.getMessage());
                continue;
            }
            Map<String, String> statuses = rules.branches().isEmpty()
                    ? Map.of()
                    : repositories.statuses(name, command.getNewId().name());
            rules.refuse(user, command.getRefName(), change(command), statuses)
                    .ifPresent(why -> command.setResult(ReceiveCommand.Result.REJECTED_OTHER_REASON, why));
        }
    }

    private static PushRules.Change change(ReceiveCommand command) {
        return switch (command.getType()) {
            case CREATE -> PushRules.Change.CREATE;
            case UPDATE -> PushRules.Change.FORWARD;
            case UPDATE_NONFASTFORWARD -> PushRules.Change.FORCE;
            case DELETE -> PushRules.Change.DELETE;
        };
    }

    private void tell(ReceivePack pack, Collection<ReceiveCommand> commands, GitUser user, RepositoryName name) {
        List<Update> updates = commands.stream()
                .filter(command -> command.getResult() == ReceiveCommand.Result.OK)
                .map(command -> new Update(
                        command.getRefName(),
                        or0(command.getOldId()),
                        or0(command.getNewId()),
                        command.getType() == ReceiveCommand.Type.UPDATE_NONFASTFORWARD))
                .toList();
        if (updates.isEmpty()) {
            return;
        }
        OutputStream messages = pack.getMessageOutputStream();
        try {
            listener.pushed(new Push(name, user, updates), line -> say(messages, line));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("what follows a push to {} failed", name, e);
            say(messages, "The push is accepted, but what should follow it failed: " + e.getMessage());
        }
    }

    private static ObjectId or0(ObjectId id) {
        return id == null ? ObjectId.zeroId() : id;
    }

    private static void say(OutputStream messages, String line) {
        try {
            messages.write((line + "\n").getBytes(StandardCharsets.UTF_8));
            messages.flush();
        } catch (IOException e) {
            LOG.debug("whoever pushed has gone", e); // the push is done all the same
        }
    }
}
