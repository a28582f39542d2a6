// Voice API v1 (Calling), Application key, Application-signed request: sign a request, and prove it with a first one. It costs nothing.
// Written for Java 11 or newer.
// Run: java Main.java
// Environment variables:
//   SINCH_APPLICATION_KEY     Sinch Build Dashboard > Voice > Apps, or Verification > Apps
//   SINCH_APPLICATION_SECRET  beside the Application Key, in the same app

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

public class Main {
  public static void main(String[] arguments) throws Exception {
    String applicationKey = setting("SINCH_APPLICATION_KEY");
    String applicationSecret = setting("SINCH_APPLICATION_SECRET");
    HttpClient client = HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();

    String path = "/v1/configuration/numbers";
    String timestamp = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    byte[] body = {};
    String signature = signature(applicationSecret, "GET", body, "", timestamp, path);
    HttpResponse<String> response = client.send(
        HttpRequest.newBuilder(URI.create("https://callingapi.sinch.com" + path))
            .timeout(Duration.ofSeconds(10))
            .header("Authorization", "Application " + applicationKey + ":" + signature)
            .header("x-timestamp", timestamp)
            .build(),
        HttpResponse.BodyHandlers.ofString());
    if (response.statusCode() / 100 != 2) {
      refused(response);
    }
    System.out.println("Voice API v1 (Calling) accepted the credentials: " + response.statusCode() + "\n" + response.body());
  }

  /** Signs one request: path without query, body exactly as it is sent (empty where there is none). */
  static String signature(
      String applicationSecret, String method, byte[] body, String contentType, String timestamp, String path)
      throws GeneralSecurityException {
    String contentMd5 = body.length == 0
        ? ""
        : Base64.getEncoder().encodeToString(MessageDigest.getInstance("MD5").digest(body));
    String text = String.join("\n", method, contentMd5, contentType, "x-timestamp:" + timestamp, path);
    // The Application Secret is base64 of the key, not the key.
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(Base64.getDecoder().decode(applicationSecret), "HmacSHA256"));
    return Base64.getEncoder().encodeToString(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Shows what was answered and ends the program. */
  private static void refused(HttpResponse<String> response) {
    System.err.println(response.uri() + ": " + response.statusCode() + "\n" + response.body());
    System.exit(1);
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
