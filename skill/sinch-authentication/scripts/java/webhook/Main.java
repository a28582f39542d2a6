// Voice API v1 (Calling), webhooks: check who sent an event.
// Written for Java 11 or newer.
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  the Application Secret of the app that gets the call

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Main {
  /** An older event may be a replay. */
  private static final Duration TOLERANCE = Duration.ofMinutes(5);

  // Try it on a captured event: java Main.java POST /path/of/your/callback 'authorization: …' 'x-timestamp: …' 'content-type: …' < body
  public static void main(String[] arguments) throws Exception {
    String applicationKey = setting("SINCH_APPLICATION_KEY");
    String applicationSecret = setting("SINCH_APPLICATION_SECRET");
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (int i = 2; i < arguments.length; i++) {
      String[] line = arguments[i].split(":", 2);
      headers.put(line[0].strip(), line[1].strip());
    }
    byte[] body = System.in.readAllBytes();
    boolean authentic = isAuthentic(applicationKey, applicationSecret, arguments[0], arguments[1], headers, body);
    if (!authentic) {
      System.err.println("refused: the signature or its time is wrong; answer 401 and do not process the event");
      System.exit(1);
    }
    System.out.println("authentic");
  }

  /** Whether Sinch sent this: raw body, path without query, headers in a map that ignores case. */
  static boolean isAuthentic(
      String keyId, String secret, String method, String path, Map<String, String> headers, byte[] body)
      throws GeneralSecurityException {
    String timestamp = headers.getOrDefault("x-timestamp", "");
    String[] authorization = headers.getOrDefault("authorization", "").split("[ :]", 3);
    if (!isRecent(timestamp)
        || authorization.length != 3
        || !authorization[0].equalsIgnoreCase("application")
        || !authorization[1].equals(keyId)) {
      return false;
    }
    String contentMd5 = body.length == 0
        ? ""
        : Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(body));
    String contentType = headers.getOrDefault("content-type", "");
    String text = String.join("\n", method, contentMd5, contentType, "x-timestamp:" + timestamp, path);
    // The secret is base64 of the key, not the key.
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret), "HmacSHA256"));
    String expected = Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    return MessageDigest.isEqual(expected.getBytes(StandardCharsets.UTF_8), authorization[2].getBytes(StandardCharsets.UTF_8));
  }

  private static boolean isRecent(String timestamp) {
    try {
      return Duration.between(Instant.parse(timestamp.replace("+00:00", "Z")), Instant.now()).abs().compareTo(TOLERANCE) <= 0;
    } catch (DateTimeParseException notATime) {
      return false;
    }
  }

  private static String setting(String name) {
    String value = System.getenv(name);
    if (value == null || value.isBlank()) {
      System.err.println(name + " is not set; the top of this file says where to get it");
      System.exit(1);
    }
    return value.strip();
  }
}
