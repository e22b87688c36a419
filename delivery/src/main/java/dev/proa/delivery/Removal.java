package dev.proa.delivery;

import dev.proa.api.status.StatusException;
import dev.proa.client.Client;
import dev.proa.delivery.config.DeliveryFailure;
import java.util.ArrayList;
import java.util.List;

/** {@code proa delete}: deletes an application from a cluster. */
public final class Removal {
    private Removal() {}

    /**
     * Deletes the objects of an application, the last applied first, and its inventory.
     *
     * @return what was done with each object, as {@code service/web deleted}
     * @throws IllegalArgumentException when it is unknown, or the API refused; the message says what to do
     */
    public static List<String> delete(Client client, String namespace, String app) {
        Inventory inventory = Inventory.find(client, namespace, app);
        if (inventory == null) {
            throw Application.unknown(client, namespace, app);
        }
        List<String> done = new ArrayList<>();
        try {
            for (Inventory.Item item : inventory.objects().reversed()) {
                if (item.kept()) {
                    done.add(item.shown() + " stays, for data may be in it");
                } else if (item.exists(client)) {
                    item.delete(client);
                    done.add(item.shown() + " deleted");
                }
            }
            Inventory.forget(client, namespace, app);
        } catch (StatusException | DeliveryFailure e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
        return done;
    }
}
