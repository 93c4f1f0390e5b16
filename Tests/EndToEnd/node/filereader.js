// As much of FileReader as Engine.IO uses to write bytes in base64.
"use strict";

module.exports = class FileReader {
  readAsDataURL(blob) {
    blob.arrayBuffer().then((buffer) => {
      this.result = `data:;base64,${Buffer.from(buffer).toString("base64")}`;
      this.onload();
    });
  }
};
