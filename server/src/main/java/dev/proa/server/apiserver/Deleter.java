package dev.proa.server.apiserver;

import dev.proa.api.status.StatusException;
import dev.proa.server.store.StoredObject;

/** The verbs delete and deletecollection. */
final class Deleter {
    private final Deletions deletions;
    private final Lister lister;

    Deleter(Deletions deletions, Lister lister) {
        this.deletions = deletions;
        this.lister = lister;
    }

    ApiResponse delete(Call call) {
        ObjectDecoder.checkWriteOptions(call, "DeleteOptions");
        DeleteOptions options = DeleteOptions.of(call);
        return Deletions.answer(call, deletions.delete(call, call.key(), options));
    }

    /** Deletes every selected object of a collection, one by one, and answers with the list of them. */
    ApiResponse deleteCollection(Call call) {
        ObjectDecoder.checkWriteOptions(call, "DeleteOptions");
        if (call.endpoint.namespaced() && call.info.namespace().isEmpty()) {
            throw StatusException.methodNotAllowed();
        }
        DeleteOptions options = DeleteOptions.of(call);
        ApiResponse response = lister.list(call, Selection.of(call), ListOptions.of(call, false));
        if (response.body() instanceof ApiResponse.Many many) {
            for (StoredObject object : many.items()) {
                try {
                    deletions.delete(call, object.key(), options);
                } catch (StatusException e) {
                    if (!e.is(dev.proa.api.status.Reason.NotFound)) {
                        throw e;
                    }
                }
            }
        }
        return response;
    }
}
